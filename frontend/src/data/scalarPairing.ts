/** Whose scalars of TensorBoard stand beside the run: the server's pairing, or the reader's choice of it. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { select, selected } from "../state/selection";
import { run } from "./runs";

/** Names in one value of the address: by commas, and a comma in a name is escaped. */
export function joinNames(names: readonly string[]): string {
  return names.map((name) => name.replace(/[%,]/g, encodeURIComponent)).join(",");
}

/** The names that `joinNames` put into one text. */
export function splitNames(text: string): string[] {
  const unescaped = (name: string): string => name.replace(/%(25|2C)/g, (code) => decodeURIComponent(code));
  return text === "" ? [] : text.split(",").map(unescaped);
}

/** The reader's choice; empty where the pairing is left to the server. */
export const chosenScalarRuns: ReadonlySignal<readonly string[]> = computed(() =>
  splitNames(selected.scalars.value),
);

/** The runs of TensorBoard whose scalars are shown. */
export const scalarRuns: ReadonlySignal<readonly string[]> = computed(() =>
  chosenScalarRuns.value.length > 0 ? chosenScalarRuns.value : (run.value?.scalar_runs ?? []),
);

/** Takes a run in or out. Nothing left, or just what the server pairs, is no choice of one's own. */
export function chooseScalarRun(name: string, isChosen: boolean): void {
  const others = scalarRuns.value.filter((other) => other !== name);
  const next = isChosen ? [...others, name] : others;
  const paired = [...(run.value?.scalar_runs ?? [])].sort();
  const same = joinNames(next.toSorted()) === joinNames(paired);
  select({ scalars: same ? "" : joinNames(next) });
}
