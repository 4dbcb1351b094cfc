/** The list of samples, page by page. */

import type { Samples } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { SamplesParameters } from "../../api/parameters";
import { Question } from "../question";
import { type LoadPage, PAGE_ROWS } from "./SamplePages";

/** A list of samples, whatever part of it is asked for. */
export type SampleList = Omit<SamplesParameters, "offset" | "limit">;

const listPage = new Question<SampleList & { offset: number; limit: number }, Samples>({
  name: "samples",
  place: ({ offset }) => `table ${offset}`,
  load: endpoints.samples,
});

/** First pages of lists that are likely to be wanted, so that walking the steps shows the next list at once. */
export const firstPageAhead = new Question<SampleList, Samples>({
  name: "first page",
  remembered: 4,
  outlivesAsker: true,
  load: (list, options) => endpoints.samples({ ...list, offset: 0, limit: PAGE_ROWS }, options),
});

/** How the pages of a list are fetched: the first one may have been fetched ahead. */
export function pagesOf(list: SampleList): LoadPage {
  return (offset, limit, signal) =>
    (offset === 0 ? firstPageAhead.recall(list) : undefined) ??
    listPage.fetch({ ...list, offset, limit }, signal);
}
