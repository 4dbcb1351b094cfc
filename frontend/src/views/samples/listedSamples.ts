/** Which samples the table lists, from the selection. */

import type { ReadonlySignal } from "@preact/signals";
import { firstPageAhead, type SampleList } from "../../data/questions/sampleList";
import { revision } from "../../data/revision";
import { hasStepRange, listScope } from "../../data/scopes";
import { stableComputed } from "../../data/stableComputed";
import { steps } from "../../data/steps";
import { stepIndex } from "../../data/stepWalk";
import { usePrefetch } from "../../data/useAnswer";
import { selection } from "../../state/selection";
import { textRulesOf } from "../../state/textRules";
import { shownSort } from "./sorting";
import { shownNames } from "./table/columnChoice";

/** The list of the current selection. */
export const sampleList: ReadonlySignal<SampleList> = stableComputed(() => {
  const { run, preset, seed, sort } = selection.value;
  const { name, order } = shownSort.value;
  return {
    ...listScope.value,
    ...textRulesOf(run).value,
    columns: shownNames.value,
    preset,
    seed: preset === "random" ? seed : null,
    // What a ready-made order sorts by is the server's to say.
    ...(name === "" || (sort === "" && preset !== "") ? {} : { sort: name, order }),
  };
});

/** Whoever stays at a step for this long may go on to a neighbour; whoever flies through needs no help. */
const PREFETCH_MS = 150;

/**
 * Fetches the first page of the steps after and before the current one.
 *
 * @param isListShown Whether the list of the current selection is on screen.
 */
export function usePrefetchedSteps(isListShown: boolean): void {
  const { step } = selection.value;
  const ready = isListShown && !hasStepRange.value;
  usePrefetch(firstPageAhead, ready, [step, revision.value], PREFETCH_MS, () => {
    const all = steps.peek()?.step ?? [];
    const index = stepIndex.peek();
    return [all[index + 1], all[index - 1]].map((neighbour) =>
      neighbour === undefined ? null : { ...sampleList.peek(), step: neighbour },
    );
  });
}
