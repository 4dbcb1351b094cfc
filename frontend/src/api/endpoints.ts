/**
 * The routes of the server, one declaration each: path, parameters, decoder. Only `data/` calls them.
 *
 * Paths are relative to the document's base, so any path prefix works.
 */

import { DecodeError } from "../lib/decode";
import * as answers from "./answers";
import type * as parameters from "./parameters";
import { endpoint, jsonEndpoint } from "./request";

/** The runs, and the index's revision: it changes whenever any other answer may have. */
export const runs = endpoint<Record<never, never>, answers.Runs & { revision: string }>(
  "runs",
  async (response) => ({
    ...answers.runs(await response.json()),
    revision: response.headers.get("X-RLBoard-Revision") ?? "",
  }),
);

export const steps = jsonEndpoint<parameters.StepsParameters, answers.Steps>("steps", answers.steps);

export const samples = jsonEndpoint<parameters.SamplesParameters, answers.Samples>(
  "samples",
  answers.samples,
);

export const worstTokens = jsonEndpoint<parameters.WorstTokensParameters, answers.WorstTokens>(
  "worst_tokens",
  answers.worstTokens,
);

export const sample = jsonEndpoint<parameters.SampleParameters, answers.Sample>("sample", answers.sample);

/**
 * The token metrics of a sample: one float32 row per metric, in the order of `Sample.token_metrics`.
 *
 * @param metrics Number of rows that the sample announced.
 * @param tokens Number of tokens in each row. A body of another size raises `ApiError`.
 */
export const tokenMetrics = (metrics: number, tokens: number) =>
  endpoint<parameters.SampleParameters, Float32Array[]>("tokens", async (response) => {
    const buffer = await response.arrayBuffer();
    const rowBytes = tokens * Float32Array.BYTES_PER_ELEMENT;
    if (buffer.byteLength !== metrics * rowBytes) {
      const found = buffer.byteLength;
      throw new DecodeError(`expected ${metrics * rowBytes} bytes of token metrics, found ${found}`);
    }
    return Array.from({ length: metrics }, (_, row) => new Float32Array(buffer, row * rowBytes, tokens));
  });

export const distribution = jsonEndpoint<parameters.DistributionParameters, answers.Distribution>(
  "distribution",
  answers.distribution,
);

export const problems = jsonEndpoint<parameters.ProblemsParameters, answers.Problems>(
  "problems",
  answers.problems,
);

/** The tags that TensorBoard has scalars of; the same route with tags gives their values. */
export const scalarTags = jsonEndpoint<parameters.ScalarTagsParameters, answers.ScalarTags>(
  "scalars",
  answers.scalarTags,
);

export const scalarSeries = jsonEndpoint<parameters.ScalarSeriesParameters, answers.Scalars>(
  "scalars",
  answers.scalarSeries,
);
