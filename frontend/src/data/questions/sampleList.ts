/** The list of samples, and its first pages fetched ahead. `SamplePages` fetches what is on screen. */

import type { Samples } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { SamplesParameters } from "../../api/parameters";
import { Question } from "../question";

/** Rows of one page. */
export const PAGE_ROWS = 100;

/** A list of samples, whatever part of it is asked for. */
export type SampleList = Omit<SamplesParameters, "offset" | "limit">;

/** First pages of lists that are likely to be wanted, so that walking the steps shows the next list at once. */
export const firstPageAhead = new Question<SampleList, Samples>({
  name: "first page",
  remembered: 4,
  outlivesAsker: true,
  load: (list, options) => endpoints.samples({ ...list, offset: 0, limit: PAGE_ROWS }, options),
});
