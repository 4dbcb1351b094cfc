/** Which samples the table lists, from the selection. */

import type { ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { sampleWithTokens } from "../../data/questions/sample";
import { firstPageOf, type SampleList, samplePage } from "../../data/questions/sampleList";
import { revision } from "../../data/revision";
import { openSampleRow } from "../../data/sampleWalk";
import { hasStepRange, listScope, sampleScope, stableComputed } from "../../data/scopes";
import { steps } from "../../data/steps";
import { stepIndex } from "../../data/stepWalk";
import { usePrefetch } from "../../data/useAnswer";
import { lastWalk } from "../../state/lastWalk";
import { selected } from "../../state/selection";
import { textRulesOf } from "../../state/textRules";
import { shownSort } from "./sorting";
import { shownNames } from "./table/columnChoice";

/** The list of the current selection. */
export const sampleList: ReadonlySignal<SampleList> = stableComputed(() => {
  const preset = selected.preset.value;
  const { name, order } = shownSort.value;
  return {
    ...listScope.value,
    ...textRulesOf(selected.run.value).value,
    columns: shownNames.value,
    preset,
    seed: preset === "random" ? selected.seed.value : null,
    // What a ready-made order sorts by is the server's to say.
    ...(name === "" || (selected.sort.value === "" && preset !== "") ? {} : { sort: name, order }),
  };
});

/** Whoever stays at a step for this long may go on to a neighbour; whoever flies through needs no help. */
const PREFETCH_MS = 150;

/** The list of the step beside the current one; null where there is none. */
function listBeside(by: 1 | -1): SampleList | null {
  const neighbour = steps.peek()?.step[stepIndex.peek() + by];
  return neighbour === undefined ? null : { ...sampleList.peek(), step: neighbour };
}

/**
 * Fetches the sample in the same row of the step that comes next, with its list: the next one's too for a reader who
 * came along the samples, so that the first press along the steps finds it.
 */
async function prefetchSampleBeside(signal: AbortSignal): Promise<void> {
  const { along, by } = lastWalk();
  const page = firstPageOf(listBeside(along === "steps" ? by : 1));
  const row = openSampleRow();
  if (page === null || row < 0) return;
  const ids = (await samplePage.fetch(page)).columns["id"] ?? [];
  const id = ids[Math.min(row, ids.length - 1)];
  if (id !== undefined && !signal.aborted) {
    sampleWithTokens.prefetch({ ...sampleScope.peek(), id: String(id) }, signal);
  }
}

/**
 * Fetches the first page of the steps after and before the current one, and with a sample open the one that the next
 * press along the steps opens.
 *
 * @param isListShown Whether the list of the current selection is on screen.
 */
export function usePrefetchedSteps(isListShown: boolean): void {
  const [step, sample] = [selected.step.value, selected.sample.value];
  const ready = isListShown && !hasStepRange.value;
  usePrefetch(samplePage, ready, [step, revision.value], PREFETCH_MS, () => [
    firstPageOf(listBeside(1)),
    firstPageOf(listBeside(-1)),
  ]);
  useEffect(() => {
    if (!ready || sample === null) return undefined;
    const control = new AbortController();
    const timer = setTimeout(() => {
      prefetchSampleBeside(control.signal).catch(() => undefined);
    }, PREFETCH_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [ready, step, sample, revision.value]);
}
