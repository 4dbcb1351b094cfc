/** The table of the worst tokens; each row opens its token in its sample. */

import type { JSX } from "preact";
import { numberOf, type Value, type WorstTokens } from "../../api/answers";
import { t } from "../../i18n";
import { formatCount, formatExactly, formatNumber } from "../../lib/format";
import { distinctLines } from "../../lib/prompts/distinctLines";
import { oneLine } from "../../lib/singleLine";
import { select } from "../../state/selection";
import { spelledOut } from "../../tokens/shared/visibleText";

/** @param of With a largest size: a bar says how much of it the number has. */
function NumberCell({ value, of = 0 }: { value: Value | undefined; of?: number }): JSX.Element {
  const number = numberOf(value);
  const share = of > 0 ? Math.abs(number ?? 0) / of : 0;
  return (
    <td class="number" title={formatExactly(number)}>
      {formatNumber(number)}
      {share > 0 && <i class="worst-bar" style={{ width: `${100 * share}%` }} />}
    </td>
  );
}

/** Letters of a prompt's line that are seen at 1280 px, beside the token's surroundings. */
const PROMPT_COLUMNS = 40;

/** Opens the sample of a row at its token. */
function openRow({ columns, metric }: WorstTokens, row: number, at: number): void {
  const step = numberOf(columns["step"]?.[row]);
  const where = { sample: String(columns["id"]?.[row] ?? ""), token: at, ...(step === null ? {} : { step }) };
  select({ view: "samples", metric: metric.name, ...where }, "push");
}

/** A cell with a token and, where it is known, the text around it; its button opens it for keys and screen readers. */
function TokenLink({ row, at, data }: { row: number; at: number; data: WorstTokens }): JSX.Element {
  const { columns } = data;
  const text = (name: string): string => String(columns[name]?.[row] ?? "");
  const token = text("token");
  return (
    <td class="worst-text">
      <button
        type="button"
        class="worst-place"
        data-testid="worst-open"
        data-id={text("id")}
        title={t("tokens.open", { position: at })}
        onClick={(event) => {
          // The row would open it a second time.
          event.stopPropagation();
          openRow(data, row, at);
        }}
      >
        <span class="muted">{oneLine(text("before"))}</span>
        <mark>
          {columns["token"] === undefined ? at : token.trim() === "" ? spelledOut(token) : oneLine(token)}
        </mark>
        <span class="muted">{oneLine(text("after"))}</span>
      </button>
    </td>
  );
}

/** The rows from the top: positions from the start of the response on, tokens the worst first, as they come. */
export function rowOrder({ columns, by }: WorstTokens): number[] {
  const rows = (columns["value"] ?? []).map((_, row) => row);
  const place = (row: number): number => numberOf(columns["at"]?.[row]) ?? 0;
  return by === "position" ? rows.sort((a, b) => place(a) - place(b)) : rows;
}

export function WorstTable({ data }: { data: WorstTokens }): JSX.Element {
  const { columns, by } = data;
  const single = by === "sample";
  const hasReward = single && (columns["reward"]?.some((reward) => reward !== null) ?? false);
  const prompts = single ? (columns["prompt"] ?? []).map((prompt) => String(prompt ?? "")) : [];
  const hasPrompt = prompts.some((prompt) => prompt !== "");
  const lines = distinctLines(prompts, PROMPT_COLUMNS);
  const largest = Math.max(...(columns["value"] ?? []).map((value) => Math.abs(numberOf(value) ?? 0)));
  const heads = single
    ? ([
        ...(["value", "position", "step"] as const),
        ...(hasReward ? (["reward"] as const) : []),
        "token" as const,
        ...(hasPrompt ? (["prompt"] as const) : []),
      ] as const)
    : ([by, "count", "mean", "sum", "worst", "step"] as const);
  return (
    <table class={`listing worst-table${single ? " whole" : ""}`}>
      <thead>
        <tr>
          {heads.map((head) => (
            <th
              key={head}
              scope="col"
              class={head === "token" || head === "prompt" ? `worst-${head}` : "number"}
              title={t(`tokens.head.${head}.hint`)}
            >
              {t(`tokens.head.${head}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rowOrder(data).map((row) => {
          const value = columns["value"]?.[row];
          const at = numberOf(columns[single ? "position" : "at"]?.[row]) ?? 0;
          const place = <TokenLink row={row} at={at} data={data} />;
          return (
            <tr key={row} data-testid="worst-row" onClick={() => openRow(data, row, at)}>
              {single && <NumberCell value={value} of={largest} />}
              {single && <NumberCell value={at} />}
              {!single && place}
              {!single && <td class="number">{formatCount(numberOf(columns["count"]?.[row]) ?? 0)}</td>}
              {!single && <NumberCell value={columns["mean"]?.[row]} />}
              {!single && <NumberCell value={columns["sum"]?.[row]} />}
              {!single && <NumberCell value={value} />}
              <NumberCell value={columns["step"]?.[row]} />
              {hasReward && <NumberCell value={columns["reward"]?.[row]} />}
              {single && place}
              {hasPrompt && (
                <td class="worst-prompt muted" title={prompts[row]}>
                  {lines[row]}
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
