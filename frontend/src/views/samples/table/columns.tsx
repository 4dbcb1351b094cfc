/** The columns of the table as it shows them: what is in their cells, which stay on screen, and their bars. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { cellOf, type Row } from "../../../data/questions/sampleList";
import { run } from "../../../data/runs";
import { hasStepRange } from "../../../data/scopes";
import { t } from "../../../i18n";
import { columnCount } from "../../../lib/singleLine";
import { metricHint, metricLabel } from "../../../metrics";
import { selected } from "../../../state/selection";
import { type Column, freeze } from "../../../ui/table/columns";
import { barOf, valueRanges } from "./bars";
import { columnsIn, MatchCell, valueCell } from "./cells";
import { shownNames, sortedMetric, widths } from "./columnChoice";
import { promptLine } from "./promptLines";

const TEXT_WIDTHS: Readonly<Record<string, number>> = {
  prompt: 230,
  response: 380,
  ref_response: 260,
  ground_truth: 120,
};

function columnWidth(name: string, number: boolean, title: string): number {
  const chosen = widths.value[name];
  if (chosen !== undefined) return Math.max(40, chosen);
  return (
    TEXT_WIDTHS[name] ??
    (number ? Math.max(84, Math.min(160, Math.round(columnCount(title) * 7.5 + 40))) : 130)
  );
}

function column(name: string, number: boolean): Column<Row> {
  const title = metricLabel(name);
  const width = columnWidth(name, number, title);
  const lineOf = name === "prompt" ? promptLine(columnsIn(width)) : undefined;
  return {
    name,
    title,
    hint: metricHint(name),
    width,
    align: number ? "end" : "start",
    ...(number && name !== "step"
      ? { bar: (row: Row) => barOf(cellOf(row, name), valueRanges.value.get(name)) }
      : {}),
    cell: (row) => valueCell(cellOf(row, name), width, lineOf),
  };
}

function matchColumn(): Column<Row> {
  const width = Math.max(40, widths.value["match"] ?? 300);
  return {
    name: "match",
    title: t("samples.hit"),
    hint: t("samples.hit.hint"),
    width,
    sortable: false,
    cell: (row) => <MatchCell row={row} width={width} />,
  };
}

/**
 * The table's columns. Step (where a list covers several), reward and the number that is sorted by stay on screen, and
 * so does the prompt; hits follow where something is searched.
 */
export const tableColumns: ReadonlySignal<Column<Row>[]> = computed(() => {
  // A range that changes draws the bars anew.
  void valueRanges.value;
  const numbers = new Set(run.value?.metrics.map(({ name }) => name));
  const leading = new Set(["reward", sortedMetric.value, "prompt"]);
  const shown = shownNames.value.map((name) => column(name, numbers.has(name)));
  const first = shown.filter(({ name }) => leading.has(name));
  const frozen = [...(hasStepRange.value ? [column("step", true)] : []), ...first];
  const others = shown.filter((one) => !first.includes(one));
  if (selected.search.value !== "") others.unshift(matchColumn());
  return freeze([...frozen, ...others], frozen.length);
});
