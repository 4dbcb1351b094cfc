/** The columns of the table: which there are, which are shown, how wide. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { RunInfo } from "../../../api/answers";
import { cellOf, type Row } from "../../../data/questions/SamplePages";
import { run } from "../../../data/runs";
import { hasStepRange } from "../../../data/scopes";
import { t } from "../../../i18n";
import { columnCount } from "../../../lib/singleLine";
import { isNumbers, isStrings, setting } from "../../../lib/storage";
import { metricHint, metricLabel, origins, originsOf } from "../../../metrics";
import { selection } from "../../../state/selection";
import type { Column } from "../../../ui";
import { MatchCell, ValueCell } from "./cells";

/** Shown unless switched off, in this order; the rest follows and is hidden unless switched on. */
const DEFAULT_COLUMNS = [
  "prompt",
  "response",
  "reward",
  "ground_truth",
  "log_ratio_mean",
  "log_ratio_sum",
  "k3_mean",
  "k3_sum",
  "n_tokens",
  "ref_response",
  "ref_reward",
  "reward_gap",
  "valid_reward",
  "ref_valid_reward",
  "valid_reward_gap",
];

const TEXT_WIDTHS: Readonly<Record<string, number>> = {
  prompt: 230,
  response: 380,
  ref_response: 260,
  ground_truth: 120,
};

/** Columns that were switched on or off; all others follow the default, in every run. */
const switchedOn = setting<string[]>("samples.columns_on", [], isStrings);
const switchedOff = setting<string[]>("samples.columns_off", [], isStrings);
const widths = setting<Record<string, number>>("samples.widths", {}, isNumbers);

/** Every column of the run, in the order of the table. */
export function columnNames(info: RunInfo): string[] {
  const known = new Set([
    "prompt",
    "response",
    ...info.text_columns,
    ...info.metrics.map(({ name }) => name),
  ]);
  for (const name of ["id", "step"]) known.delete(name);
  // Joined scores stand beside the reward.
  const joined = [...originsOf(info).keys()].filter((name) => !DEFAULT_COLUMNS.includes(name));
  const order = DEFAULT_COLUMNS.flatMap((name) => (name === "reward" ? [name, ...joined] : [name]));
  const first = order.filter((name) => known.delete(name));
  return [...first, ...known];
}

/** Whether a column is shown: by choice, else by default. */
export function isColumnShown(name: string): boolean {
  if (switchedOff.value.includes(name)) return false;
  return DEFAULT_COLUMNS.includes(name) || origins.value.has(name) || switchedOn.value.includes(name);
}

/** Switches a column on or off. */
export function showColumn(name: string, shown: boolean): void {
  switchedOn.value = [...switchedOn.value.filter((other) => other !== name), ...(shown ? [name] : [])];
  switchedOff.value = [...switchedOff.value.filter((other) => other !== name), ...(shown ? [] : [name])];
}

/** Forgets every choice of columns and widths. */
export function resetColumns(): void {
  switchedOn.value = [];
  switchedOff.value = [];
  widths.value = {};
}

/** Remembers the width of a column, in px. */
export function resizeColumn(name: string, width: number): void {
  widths.value = { ...widths.value, [name]: Math.round(width) };
}

/** The names to ask the server for. */
export const shownNames: ReadonlySignal<readonly string[]> = computed(() =>
  run.value === null ? [] : columnNames(run.value).filter(isColumnShown),
);

function columnWidth(name: string, number: boolean, title: string): number {
  const chosen = widths.value[name];
  if (chosen !== undefined) return Math.max(40, chosen);
  return TEXT_WIDTHS[name] ?? (number ? Math.max(84, Math.min(150, columnCount(title) * 7 + 26)) : 130);
}

function column(name: string, number: boolean): Column<Row> {
  const title = metricLabel(name);
  const width = columnWidth(name, number, title);
  const endShare = name === "prompt" ? 1 : undefined;
  return {
    name,
    title,
    hint: metricHint(name),
    width,
    align: number ? "end" : "start",
    cell: (row) => (
      <ValueCell value={cellOf(row, name)} width={width} {...(endShare === undefined ? {} : { endShare })} />
    ),
  };
}

function matchColumn(): Column<Row> {
  const width = Math.max(40, widths.value["match"] ?? 300);
  return {
    name: "match",
    title: t("samples.match"),
    hint: t("samples.match_hint"),
    width,
    sortable: false,
    cell: (row) => <MatchCell row={row} width={width} />,
  };
}

/** The table's columns; steps are shown where a list covers several, hits where something is searched. */
export const tableColumns: ReadonlySignal<Column<Row>[]> = computed(() => {
  const numbers = new Set(run.value?.metrics.map(({ name }) => name));
  const columns: Column<Row>[] = [];
  if (hasStepRange.value) columns.push(column("step", true));
  if (selection.value.search !== "") columns.push(matchColumn());
  for (const name of shownNames.value) columns.push(column(name, numbers.has(name)));
  return columns;
});
