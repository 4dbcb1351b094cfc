/** One sample with its token metrics. */

import type { Sample } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import { ApiError } from "../../api/errors";
import type { SampleParameters } from "../../api/parameters";
import { lastWalk } from "../../state/lastWalk";
import { Question } from "../question";
import { STEP_OPTIONS } from "./stepOptions";

export interface SampleWithTokens {
  sample: Sample;
  /** One row per entry of `sample.token_metrics`; or why the numbers did not come though the texts did. */
  tokenMetrics: Float32Array[] | ApiError;
}

/** Asks for a sample, whoever wants it. */
export async function loadSample(parameters: SampleParameters): Promise<SampleWithTokens> {
  const { sample, rows } = await endpoints.sampleWithTokens(parameters);
  return {
    sample,
    tokenMetrics: Array.isArray(rows) ? rows : new ApiError(200, rows.message, "sample_with_tokens"),
  };
}

export const sampleWithTokens = new Question<SampleParameters, SampleWithTokens>({
  name: "sample",
  // A sample of 16,384 tokens holds about 1 MB of numbers: the neighbours along both ways, and where we come from.
  cacheSize: 12,
  outlivesAsker: true,
  delayMs: () => (lastWalk().along === "steps" ? STEP_OPTIONS.delayMs : 0),
  load: loadSample,
});
