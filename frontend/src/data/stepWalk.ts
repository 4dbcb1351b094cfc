/** Moving along the steps that exist. */

import { computed } from "@preact/signals";
import { noteWalk } from "../state/lastWalk";
import { select, selection } from "../state/selection";
import { steps } from "./steps";

/** The place of the current step among the loaded ones: exact, or the nearest below; -1 where there is none. */
export const stepIndex = computed(() => indexAtOrBelow(steps.value?.step ?? [], selection.value.step));

/** The index of the last entry of ascending `all` that is not above `step`; 0 if all are above, -1 if none. */
export function indexAtOrBelow(all: readonly number[], step: number | null): number {
  if (step === null || all.length === 0) return -1;
  let low = 0;
  let high = all.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((all[middle] ?? Number.POSITIVE_INFINITY) <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Goes to the next (+1) or previous (-1) step that has samples. False at the end. */
export function moveStep(by: 1 | -1): boolean {
  const all = steps.value?.step ?? [];
  const { step } = selection.value;
  if (step === null) return false;
  // The current step may have no samples (a link, another split): then from where it would be.
  const target = by === 1 ? all.find((other) => other > step) : all.findLast((other) => other < step);
  if (target === undefined) return false;
  noteWalk("steps", by);
  select({ step: target });
  return true;
}

/** Goes to a typed step: the one that exists nearest to it. */
export function goToStep(typed: number): void {
  const all = steps.value?.step ?? [];
  const index = indexAtOrBelow(all, typed);
  const below = all[index];
  if (below === undefined) return;
  const above = all[index + 1];
  const closer = above !== undefined && Math.abs(above - typed) < Math.abs(below - typed) ? above : below;
  select({ step: closer });
}

/** Pins the current step, or takes the pin off where it is the pinned one. */
export function togglePin(): void {
  const { step, pin } = selection.value;
  select({ pin: step === pin ? null : step });
}
