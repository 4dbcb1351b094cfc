/** Walking the steps with a sample open: the sample at the same place of the new step's list takes over. */

import { useLayoutEffect, useRef } from "preact/hooks";
import type { SamplePages } from "../../data/questions/SamplePages";
import type { SampleList } from "../../data/questions/sampleList";
import { idOf } from "../../data/questions/sampleList";
import { openSampleRow } from "../../data/sampleWalk";
import { hasStepRange } from "../../data/scopes";
import { select, selected } from "../../state/selection";

/**
 * With a preset, ←/→ thus shows the best (worst, …) sample of one step after the other.
 *
 * @param list The list of the current selection; `pages` may still hold the one before.
 */
export function useOpenSampleFollowsStep(pages: SamplePages, list: SampleList): void {
  const [step, sample] = [selected.step.value, selected.sample.value];
  const last = useRef({ step, sample, row: -1 });
  /** The row to open as soon as the new step's list is there; null where the open sample stays. */
  const rowToOpen = useRef<number | null>(null);
  if (last.current.step !== step) {
    // Another sample chosen together with the step (a link, Back, the same prompt elsewhere) is meant as it is.
    const walked =
      last.current.step !== null && sample !== null && sample === last.current.sample && !hasStepRange.value;
    rowToOpen.current = walked ? Math.max(0, last.current.row) : null;
  }
  last.current = { step, sample, row: rowToOpen.current ?? openSampleRow() };
  const isListShown = pages.isShowing(list);
  // Before the frame: where the list is known, it and the sample change together.
  useLayoutEffect(() => {
    if (!isListShown || rowToOpen.current === null) return;
    const row = pages.rows.peek()[Math.min(rowToOpen.current, pages.total.peek() - 1)];
    rowToOpen.current = null;
    if (row !== undefined) select({ sample: idOf(row) });
  }, [isListShown, pages, list]);
}
