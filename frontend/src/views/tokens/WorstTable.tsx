/** The table of the worst tokens; each row opens its token in its sample. */

import type { JSX } from "preact";
import type { Value, WorstTokens } from "../../api/answers";
import { t } from "../../i18n";
import { count, full, num } from "../../lib/format";
import { oneLine } from "../../lib/singleLine";
import { select } from "../../state/selection";
import { spelledOut } from "../../tokens/shared/visibleText";

const numberOf = (value: Value | undefined): number | null => (typeof value === "number" ? value : null);

function NumberCell({ value }: { value: Value | undefined }): JSX.Element {
  return (
    <td class="number" title={full(numberOf(value))}>
      {num(numberOf(value))}
    </td>
  );
}

/** A cell with a token and, where it is known, the text around it; a click opens it. */
function TokenLink({ row, at, data }: { row: number; at: number; data: WorstTokens }): JSX.Element {
  const { columns, metric } = data;
  const text = (name: string): string => String(columns[name]?.[row] ?? "");
  const token = text("token");
  const id = text("id");
  const open = (): void => {
    const step = numberOf(columns["step"]?.[row]);
    const where = { sample: id, token: at, ...(step === null ? {} : { step }) };
    select({ view: "samples", metric: metric.name, ...where }, "push");
  };
  return (
    <td>
      <button
        type="button"
        class="worst-place"
        data-testid="worst-open"
        data-id={id}
        title={t("tokens.open", { position: at })}
        onClick={open}
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

export function WorstTable({ data }: { data: WorstTokens }): JSX.Element {
  const { columns, by } = data;
  const single = by === "sample";
  const heads = single
    ? (["value", "token", "position", "step"] as const)
    : ([by, "count", "mean", "sum", "worst", "step"] as const);
  const rows = columns["value"] ?? [];
  return (
    <table class="listing worst-table">
      <thead>
        <tr>
          {heads.map((head) => (
            <th
              key={head}
              scope="col"
              class={head === "token" ? "" : "number"}
              title={t(`tokens.head.${head}.hint`)}
            >
              {t(`tokens.head.${head}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((value, row) => {
          const at = numberOf(columns[single ? "position" : "at"]?.[row]) ?? 0;
          const place = <TokenLink row={row} at={at} data={data} />;
          return (
            <tr key={row} data-testid="worst-row">
              {single && <NumberCell value={value} />}
              {place}
              {single && <NumberCell value={at} />}
              {!single && <td class="number">{count(numberOf(columns["count"]?.[row]) ?? 0)}</td>}
              {!single && <NumberCell value={columns["mean"]?.[row]} />}
              {!single && <NumberCell value={columns["sum"]?.[row]} />}
              {!single && <NumberCell value={value} />}
              <NumberCell value={columns["step"]?.[row]} />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
