import type { JSX } from "preact";
import type { PassAtK } from "../../api/prompts/answers";
import { passCurves } from "../../data/questions/lazy/prompts";
import { shownScope } from "../../data/scopes";
import { useAnswer } from "../../data/useAnswer";
import { t, translate } from "../../i18n";
import { formatCount, formatPercent } from "../../lib/format";
import { sparkline } from "../../lib/sparkline";
import { typedThreshold } from "./shownPrompts";

const LINE = { width: 160, height: 28 } as const;

/** pass@k and avg@k along the steps, one row for each k: its line, and its first and last value. Asked for when it is opened. */
export function PassCurves(): JSX.Element | null {
  const { data, error } = useAnswer(passCurves, { ...shownScope.value, threshold: typedThreshold() });
  if (error !== null) return <p class="odd">{translate(error.message)}</p>;
  if (data === null || data.k.length === 0) return null;
  return (
    <details class="prompt-kinds" data-testid="pass-at-k">
      <summary>{t("prompts.pass.newest", { last: lastText(data) })}</summary>
      <table class="listing">
        <thead>
          <tr>
            {(["k", "prompts", "pass_at_k", "first", "last", "avg_at_k", "avg_at_k_last"] as const).map(
              (head) => (
                <th key={head} scope="col">
                  {t(`prompts.pass.${head}`)}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {data.k.map((k, row) => (
            <tr key={k}>
              <th scope="row">{k}</th>
              <td class="number">{formatCount(data.prompts[row]?.at(-1) ?? 0)}</td>
              <td>
                <Line values={data.pass_at_k[row] ?? []} />
              </td>
              <td class="number">{formatPercent(data.pass_at_k[row]?.[0])}</td>
              <td class="number">{formatPercent(data.pass_at_k[row]?.at(-1))}</td>
              <td>
                <Line values={data.avg_at_k[row] ?? []} />
              </td>
              <td class="number">{formatPercent(data.avg_at_k[row]?.at(-1))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** Each k with its share, and of how many prompts it is where these are not all: only those with k samples or more. */
function lastText({ k, pass_at_k, prompts }: PassAtK): string {
  const all = prompts[0]?.at(-1) ?? 0;
  return k
    .map((n, row) => {
      const share = formatPercent(pass_at_k[row]?.at(-1));
      const of = prompts[row]?.at(-1) ?? 0;
      if (of === all) return `pass@${n} ${share}`;
      return t("prompts.pass.of", { k: n, share, prompts: formatCount(of) });
    })
    .join(" · ");
}

function Line({ values }: { values: readonly (number | null)[] }) {
  const { width, height } = LINE;
  return (
    <svg class="prompt-line" width={width} height={height} aria-hidden="true">
      <path d={sparkline(values, width, height)} />
    </svg>
  );
}
