import type { JSX } from "preact";
import { numberOf, type Value } from "../../api/answers";
import type { Prompts } from "../../api/prompts/answers";
import { t } from "../../i18n";
import { formatCount, formatExactly, formatNumber, formatPercent } from "../../lib/format";
import { select, selection } from "../../state/selection";

const FROM_TO = [
  ["pass_rate", formatPercent],
  ["reward", formatNumber],
  ["n_tokens", (value: number | null) => formatNumber(value === null ? null : Math.round(value))],
  ["k3", formatNumber],
] as const;
const LISTS = ["solved", "regressed", "never_solved", "always_solved", "never_beats_reference"] as const;

/** Which kinds of prompts are learnt, and which only grow longer and further from the reference; a row narrows the list. */
export function Kinds({ data }: { data: Prompts }): JSX.Element | null {
  const { kinds, by } = data;
  const names = kinds["kind"] ?? [];
  if (by === "" || names.length < 2) return <Mixed data={data} />;
  const numbers = FROM_TO.filter(([name]) => (kinds[`${name}_first`] ?? []).some((value) => value !== null));
  return (
    <details class="prompt-kinds" open>
      <summary>
        {t("prompts.kinds", { by, n: formatCount(data.kinds_total) })}
        {names.length < data.kinds_total && ` · ${t("prompts.kinds.most", { n: names.length })}`}
      </summary>
      <Mixed data={data} />
      <div class="prompt-scroll">
        <table class="listing" data-testid="prompt-kinds">
          <thead>
            <tr>
              <th scope="col">{by}</th>
              <th scope="col">{t("prompts.kinds.prompts")}</th>
              {LISTS.map((list) => (
                <th key={list} scope="col" title={t(`prompts.list.${list}.hint`)}>
                  {t(`prompts.list.${list}`)}
                </th>
              ))}
              {numbers.map(([name]) => (
                <th key={name} scope="col" title={t("prompts.first_to_last.hint")}>
                  {t(`prompts.first_to_last.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name, row) => (
              <tr key={row} data-testid="prompt-kind">
                <th scope="row">
                  <Name kind={name} />
                </th>
                <td class="number">{formatCount(numberOf(kinds["prompts"]?.[row]) ?? 0)}</td>
                {LISTS.map((list) => (
                  <td key={list} class="number">
                    {share(numberOf(kinds[list]?.[row]), numberOf(kinds["prompts"]?.[row]))}
                  </td>
                ))}
                {numbers.map(([number, shownAs]) => {
                  const [from, to] = ["first", "last"].map((end) =>
                    numberOf(kinds[`${number}_${end}`]?.[row]),
                  );
                  return (
                    <td key={number} class="number" title={`${formatExactly(from)} → ${formatExactly(to)}`}>
                      {shownAs(from ?? null)} → {shownAs(to ?? null)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Says how many prompts are of several kinds, and how they count. */
function Mixed({ data: { by, kinds_mixed } }: { data: Prompts }): JSX.Element | null {
  if (kinds_mixed === 0) return null;
  return (
    <p class="odd" data-testid="prompt-kinds-mixed">
      {t("prompts.kinds.mixed", { n: formatCount(kinds_mixed), by })}
    </p>
  );
}

/** A kind, which narrows the list to its prompts; an empty one cannot be told from none in the address. */
function Name({ kind }: { kind: Value }): JSX.Element {
  if (kind === null || kind === "")
    return <span class="muted">{t(kind === null ? "prompts.kind.none" : "prompts.kind.empty")}</span>;
  const [name, shown] = [String(kind), selection.value.prompt_kind];
  return (
    <button
      type="button"
      class="cell-button prompt-sort prompt-kind-name"
      title={name}
      aria-pressed={shown === name}
      onClick={() => select({ prompt_kind: shown === name ? "" : name, prompts_offset: null })}
    >
      <bdi>{name}</bdi>
    </button>
  );
}

function share(part: number | null, whole: number | null): string {
  return formatPercent(part === null || whole === null || whole === 0 ? null : part / whole);
}
