/** Which columns the table has, which of them are shown, and how wide the user has made them. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { RunInfo } from "../../../api/answers";
import { run } from "../../../data/runs";
import { isNumbers, isStrings, storedSignal } from "../../../lib/storage";
import { origins, originsOf } from "../../../metrics";
import { shownSort } from "../sorting";

/** Shown unless switched off, in this order; the rest follows and is hidden unless switched on. */
const DEFAULT_COLUMNS = [
  "reward",
  "prompt",
  "response",
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

/** Columns that were switched on or off; all others follow the default, in every run. */
const switchedOn = storedSignal<string[]>("samples.columns_on", [], isStrings);
const switchedOff = storedSignal<string[]>("samples.columns_off", [], isStrings);
export const widths = storedSignal<Record<string, number>>("samples.widths", {}, isNumbers);

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

/** The number that the list is sorted by, which is shown whatever was chosen; null where it is none. */
export const sortedMetric: ReadonlySignal<string | null> = computed(() => {
  const { name } = shownSort.value;
  return run.value?.metrics.some((metric) => metric.name === name) ? name : null;
});

/** The columns to show and to ask the server for: reward and the number that is sorted by come first. */
export const shownNames: ReadonlySignal<readonly string[]> = computed(() => {
  if (run.value === null) return [];
  const shown = columnNames(run.value).filter(isColumnShown);
  const leading = ["reward", sortedMetric.value].filter(
    (name): name is string => name !== null && (shown.includes(name) || name === sortedMetric.value),
  );
  return [...new Set([...leading, ...shown])];
});
