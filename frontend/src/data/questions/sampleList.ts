/** The list of samples, and its first pages fetched ahead. `SamplePages` fetches what is on screen. */

import type { Samples } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { SamplesParameters } from "../../api/parameters";
import { pause, Question } from "../question";
import { revision } from "../revision";
import { STEP_OPTIONS } from "./stepOptions";

/** Rows of one page. */
export const PAGE_ROWS = 100;

/** A list of samples, whatever part of it is asked for. */
export type SampleList = Omit<SamplesParameters, "offset" | "limit">;

/** Whether a list is that of another step and else the same: the reader walks along the steps. */
export function isOtherStep(before: SampleList | null, now: SampleList): boolean {
  if (before === null || before.step === now.step) return false;
  return JSON.stringify({ ...before, step: 0 }) === JSON.stringify({ ...now, step: 0 });
}

/** First pages of lists that were shown or are likely to be wanted, so that walking the steps shows a list at once. */
export const firstPageAhead = new Question<SampleList, Samples>({
  name: "first page",
  remembered: 8,
  outlivesAsker: true,
  load: (list, options) => endpoints.samples({ ...list, offset: 0, limit: PAGE_ROWS }, options),
});

/** A page of a list, from the server unless it is a first one that is remembered. */
export async function fetchPage(list: SampleList, offset: number, signal: AbortSignal): Promise<Samples> {
  const ahead = offset === 0 ? firstPageAhead.recall(list) : undefined;
  if (ahead !== undefined) return ahead;
  const options = { signal, place: `table ${offset}` };
  const asked = revision.peek();
  const page = await endpoints.samples({ ...list, offset, limit: PAGE_ROWS }, options);
  // What was asked of an older index is no answer of this one.
  if (offset === 0 && revision.peek() === asked) firstPageAhead.keep(list, page);
  return page;
}

/**
 * Pages of a list that takes the place of another one. Of a reader who walks along the steps it is waited whether this
 * step is passed by.
 */
export async function fetchPages(
  list: SampleList,
  offsets: readonly number[],
  before: SampleList | null,
  signal: AbortSignal,
): Promise<Samples[]> {
  if (isOtherStep(before, list)) await pause(STEP_OPTIONS.delayMs, signal);
  return Promise.all(offsets.map((offset) => fetchPage(list, offset, signal)));
}
