/** Columns of the samples of one step, for drawing each of them. */

import type { Samples } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { Scope } from "../../api/parameters";
import type { RequestOptions } from "../../api/request";
import { Question } from "../question";
import { STEP_OPTIONS } from "./stepOptions";

/** As many samples as one request may ask for. */
export const REQUEST_LIMIT = 500;

export interface StepSamplesParameters {
  /** With the step. */
  scope: Scope;
  columns: readonly string[];
  /** At most so many samples, in the order of logging. */
  limit: number;
}

/** The answers to one request after the other: the ones after the first are asked for at once. */
async function load(
  { scope, columns, limit }: StepSamplesParameters,
  options: RequestOptions,
): Promise<Samples[]> {
  const page = (offset: number): Promise<Samples> =>
    endpoints.samples({ ...scope, columns, offset, limit: Math.min(REQUEST_LIMIT, limit - offset) }, options);
  const first = await page(0);
  const offsets: number[] = [];
  for (let offset = REQUEST_LIMIT; offset < Math.min(first.total, limit); offset += REQUEST_LIMIT) {
    offsets.push(offset);
  }
  return [first, ...(await Promise.all(offsets.map(page)))];
}

export const stepSamples = new Question<StepSamplesParameters, Samples[]>({
  name: "step samples",
  ...STEP_OPTIONS,
  load,
});
