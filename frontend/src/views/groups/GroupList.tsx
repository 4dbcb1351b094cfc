import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { t } from "../../i18n";
import { formatExactly, formatNumber } from "../../lib/format";
import { distinctLines } from "../../lib/prompts/distinctLines";
import { useLineColumns } from "../../ui/lines/useLineColumns";
import { choose } from "./chosenGroup";
import { type GroupRow, rewardEnds } from "./groupRows";
import { RewardDots } from "./RewardDots";

/** Letters of a prompt's line at 1280 px. */
const PROMPT_COLUMNS = 23;

/** The groups of the page: prompt, what it gives, members on the reward axis, mean reward. */
export function GroupList({ rows, chosen }: { rows: readonly GroupRow[]; chosen: number }): JSX.Element {
  const ends = rewardEnds(rows);
  const list = useRef<HTMLUListElement>(null);
  const columns = useLineColumns(list, ".group-words", PROMPT_COLUMNS);
  const prompts = distinctLines(
    rows.map(({ prompt }) => prompt),
    columns,
  );
  const hasSteps = rows.some(({ step }) => step !== rows[0]?.step);
  return (
    <ul class="group-items" ref={list} aria-label={t("groups.list")}>
      {rows.map((row, at) => (
        <li key={`${row.step} ${row.key}`}>
          <button
            type="button"
            class="group-item"
            data-testid="group-item"
            data-group={row.key}
            data-kind={row.kind}
            aria-current={at === chosen}
            onClick={() => choose(row)}
          >
            <span class="group-words">
              <span class="group-prompt" title={row.prompt}>
                {prompts[at]}
              </span>
              <span class="muted number">{rowNote(row, hasSteps)}</span>
            </span>
            <RewardDots members={row.members} ends={ends} />
            <span class="number group-mean" title={formatExactly(row.mean)}>
              {formatNumber(row.mean)}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The second line of a row: why there is no gradient, else how much of the step's is its own. */
function rowNote(row: GroupRow, hasSteps: boolean): string {
  const of = hasSteps ? [t("groups.at_step", { step: row.step })] : [];
  if (row.kind !== "gradient") return [...of, t(`groups.kind.${row.kind}`)].join(" · ");
  const share = row.share === null ? [] : [t("groups.share", { share: formatNumber(100 * row.share) })];
  const length = row.length === null ? [] : [t("groups.length", { n: formatNumber(Math.round(row.length)) })];
  return [...of, ...share, ...length].join(" · ");
}
