/** Walking the steps with a sample open: the sample at the same place of the new step's list takes over. */

import { useEffect, useRef } from "preact/hooks";
import { idOf, type Pages } from "../../data/questions/samplePages";
import { openRow } from "../../data/sampleWalk";
import { ranged } from "../../data/useAnswer";
import { select, selection } from "../../state/selection";

/**
 * With a preset, ←/→ thus shows the best (worst, …) sample of one step after the other.
 *
 * @param asked The question of the current selection; `pages` may still hold the answer to the one before.
 */
export function useStepWalk(pages: Pages, asked: string): void {
  const { step, sample } = selection.value;
  const last = useRef({ step, sample, row: -1 });
  const waiting = useRef<number | null>(null);
  if (last.current.step !== step) {
    // Another sample chosen together with the step (a link, Back, the same prompt elsewhere) is meant as it is.
    const walked =
      last.current.step !== null && sample !== null && sample === last.current.sample && !ranged.value;
    waiting.current = walked ? Math.max(0, last.current.row) : null;
  }
  last.current = { step, sample, row: waiting.current ?? openRow() };
  const there = pages.question.value === asked;
  useEffect(() => {
    if (!there || waiting.current === null) return;
    const row = pages.rows.peek()[Math.min(waiting.current, pages.total.peek() - 1)];
    waiting.current = null;
    if (row !== undefined) select({ sample: idOf(row) });
  }, [there, pages, asked]);
}
