/** One sample with its token metrics. */

import type { Sample } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import { type ApiError, asApiError } from "../../api/errors";
import type { SampleParameters } from "../../api/parameters";
import { heading } from "../../state/heading";
import { Question } from "../question";
import { STEP_OPTIONS } from "./stepOptions";

export interface SampleWithTokens {
  sample: Sample;
  /** One row per entry of `sample.token_metrics`; or why the numbers did not come though the texts did. */
  tokenMetrics: Float32Array[] | ApiError;
}

async function load(parameters: SampleParameters): Promise<SampleWithTokens> {
  const sample = await endpoints.sample(parameters);
  const [metrics, tokens] = [sample.token_metrics.length, sample.response_tokens.length];
  if (metrics === 0 || tokens === 0) return { sample, tokenMetrics: [] };
  try {
    return { sample, tokenMetrics: await endpoints.tokenMetrics(metrics, tokens)(parameters) };
  } catch (error) {
    return { sample, tokenMetrics: asApiError(error, "tokens") };
  }
}

export const sampleWithTokens = new Question<SampleParameters, SampleWithTokens>({
  name: "sample",
  // A sample of 16,384 tokens holds about 1 MB of numbers: the neighbours, and where we come from.
  remembered: 8,
  outlivesAsker: true,
  delayMs: () => (heading().along === "steps" ? STEP_OPTIONS.delayMs : 0),
  load,
});
