import type { JSX } from "preact";
import type { MeasuredNumber } from "../../api/answers";
import { t } from "../../i18n";
import { formatExactly, formatNumber, formatPercent, formatSigned } from "../../lib/format";
import { distinctLines } from "../../lib/prompts/distinctLines";
import { sparkline } from "../../lib/sparkline";
import type { PromptRow } from "./promptRows";
import { openPrompt, shownSort, sortBy } from "./shownPrompts";

/** Letters that fit into the widest that the style sheet lets a prompt be. */
const PROMPT_COLUMNS = 53;
const LINE = { width: 96, height: 20 } as const;

const COLUMNS = [
  ["reward_first", formatNumber],
  ["reward_last", formatNumber],
  ["reward_change", formatSigned],
  ["reward_best", formatNumber],
  ["pass_rate", formatPercent],
  ["best_gap", formatSigned],
  ["n_tokens_mean", (value: MeasuredNumber) => formatNumber(value === null ? null : Math.round(value))],
  ["n_tokens_change", (value: MeasuredNumber) => formatSigned(value === null ? null : Math.round(value))],
  ["k3_change", formatSigned],
  ["visits", formatNumber],
  ["samples", formatNumber],
  ["last_step", formatNumber],
] as const;

/** One row a prompt: its line of rewards, and the numbers that the list can be sorted by. */
export function PromptTable({
  rows,
  hasKinds,
}: {
  rows: readonly PromptRow[];
  hasKinds: boolean;
}): JSX.Element {
  const shown = COLUMNS.filter(([name]) => rows.some((row) => row.number(name) !== null));
  const prompts = distinctLines(
    rows.map(({ prompt }) => prompt),
    PROMPT_COLUMNS,
  );
  return (
    <div class="prompt-scroll">
      <table class="listing prompt-table" aria-label={t("prompts.table")}>
        <thead>
          <tr>
            <th scope="col">{t("prompts.prompt")}</th>
            <th scope="col">{t("prompts.reward_line")}</th>
            <th scope="col">{t("prompts.status")}</th>
            {hasKinds && <th scope="col">{t("prompts.kind")}</th>}
            {shown.map(([name]) => (
              <Head key={name} name={name} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={row.identity} data-testid="prompt-row" data-status={row.status}>
              <td class="prompt-cell">
                <button
                  type="button"
                  class="cell-button prompt-open"
                  title={row.prompt}
                  data-testid="prompt-open"
                  data-key={row.key}
                  onClick={() => openPrompt(row.key)}
                >
                  {prompts[at]}
                </button>
              </td>
              <td>
                <Line rewards={row.rewards} />
              </td>
              <td>
                {t(`prompts.list.${row.status}`)}
                {row.neverBeatsReference && (
                  <span class="odd"> · {t("prompts.list.never_beats_reference")}</span>
                )}
              </td>
              {hasKinds && (
                <td class="prompt-kind-name" title={row.kind ?? ""}>
                  {row.kind === "" ? t("prompts.kind.empty") : (row.kind ?? t("prompts.kind.none"))}
                </td>
              )}
              {shown.map(([name, shownAs]) => (
                <td key={name} class="number" title={formatExactly(row.number(name))}>
                  {shownAs(row.number(name))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ name }: { name: (typeof COLUMNS)[number][0] }) {
  const { sort, order } = shownSort();
  const sorted = sort === name;
  return (
    <th
      scope="col"
      class="number"
      aria-sort={sorted ? (order === "asc" ? "ascending" : "descending") : "none"}
    >
      <button
        type="button"
        class="cell-button prompt-sort"
        title={t(`prompts.column.${name}.hint`)}
        data-testid={`sort-${name}`}
        onClick={() => sortBy(name)}
      >
        {t(`prompts.column.${name}`)}
        {sorted ? (order === "asc" ? " ▲" : " ▼") : ""}
      </button>
    </th>
  );
}

function Line({ rewards }: { rewards: readonly MeasuredNumber[] }) {
  const { width, height } = LINE;
  return (
    <svg class="prompt-line" width={width} height={height} aria-hidden="true">
      <path d={sparkline(rewards, width, height)} />
    </svg>
  );
}
