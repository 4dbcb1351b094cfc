/** Cells of the table: short numbers with every digit in the tooltip, and texts as text nodes. */

import type { JSX } from "preact";
import type { Value } from "../../../api/answers";
import { cellOf, type Row } from "../../../data/questions/sampleList";
import { findMessage, t } from "../../../i18n";
import { formatExactly, formatNumber, MISSING } from "../../../lib/format";
import { around, bothEnds, lettersIn } from "../../../lib/singleLine";

/** How many letters surely fit into a cell of a width: what is kept of a text's end is seen. */
export function columnsIn(width: number): number {
  return lettersIn(width - 16);
}

/** The cell of a value that was not logged. */
export function Missing(): JSX.Element {
  return (
    <span class="muted" title={t("samples.missing")}>
      {MISSING}
    </span>
  );
}

/** A number, short; every digit in the tooltip. */
function numberCell(value: number): JSX.Element {
  const odd = !Number.isFinite(value);
  return (
    <span
      class={odd ? "odd" : ""}
      title={odd ? t("samples.nonfinite_cell", { value: formatExactly(value) }) : formatExactly(value)}
    >
      {formatNumber(value)}
    </span>
  );
}

/** The two ends of a text on one line. */
function textCell(text: string, width: number, line: string | undefined): JSX.Element {
  if (text === "") {
    return (
      <span class="muted" title={t("samples.empty_text")}>
        ∅
      </span>
    );
  }
  const { head, tail } = line === undefined ? bothEnds(text, columnsIn(width)) : { head: line, tail: "" };
  // The tooltip is plain text as well, and bounded: some systems stall on a long one.
  return (
    <span class="ends" title={text.length > 1500 ? `${text.slice(0, 1500)}…` : text}>
      {head !== "" && <bdi class="head-end">{head}</bdi>}
      {tail !== "" && <bdi class="tail-end">{tail}</bdi>}
    </span>
  );
}

/**
 * The cell of any value. A function and no component: hundreds of cells come with a frame of a fast scroll.
 *
 * @param lineOf Of a text: its line in place of its two ends.
 */
export function valueCell(value: Value, width: number, lineOf?: (text: string) => string): JSX.Element {
  if (value === null) return <Missing />;
  if (typeof value === "number") return numberCell(value);
  if (typeof value === "boolean") return <span>{t(value ? "samples.yes" : "samples.no")}</span>;
  return textCell(value, width, value === "" ? undefined : lineOf?.(value));
}

/** Where the search hit, in its surroundings. `match_start` and `match_end` count code points. */
export function MatchCell({ row, width }: { row: Row; width: number }): JSX.Element {
  const excerpt = cellOf(row, "match");
  const start = cellOf(row, "match_start");
  const end = cellOf(row, "match_end");
  if (typeof excerpt !== "string" || typeof start !== "number" || typeof end !== "number") return <Missing />;
  const where = String(cellOf(row, "match_in") ?? "");
  const parts = around(excerpt, start, end, Math.floor(columnsIn(width) / 3));
  return (
    <bdi
      title={t("samples.hit.excerpt", { where: findMessage(`samples.search_in.${where}`) ?? where, excerpt })}
    >
      {parts.before}
      <mark>{parts.hit}</mark>
      {parts.after}
    </bdi>
  );
}
