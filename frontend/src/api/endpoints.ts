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

/** A sample, and the rows of its token metrics; or why these do not fit it. */
export interface SampleAndRows {
  sample: answers.Sample;
  /** One float32 row for each of `sample.token_metrics`, as long as its tokens; none where it has no tokens. */
  rows: Float32Array[] | DecodeError;
}

/** Bytes of a number: of the one that says how long the text is, and of each in a row. */
const NUMBER_BYTES = Float32Array.BYTES_PER_ELEMENT;

export const sampleWithTokens = endpoint<parameters.SampleParameters, SampleAndRows>(
  "sample_with_tokens",
  async (response) => {
    const buffer = await response.arrayBuffer();
    const textBytes = buffer.byteLength < NUMBER_BYTES ? 0 : new DataView(buffer).getUint32(0, true);
    const start = NUMBER_BYTES + textBytes;
    if (buffer.byteLength < start) {
      throw new DecodeError(`expected ${start} bytes or more of a sample, found ${buffer.byteLength}`);
    }
    const text = new TextDecoder().decode(new Uint8Array(buffer, NUMBER_BYTES, textBytes));
    const sample = answers.sample(JSON.parse(text));
    return { sample, rows: rowsOf(buffer, start, sample) };
  },
);

function rowsOf(buffer: ArrayBuffer, start: number, sample: answers.Sample): Float32Array[] | DecodeError {
  const tokens = sample.response_tokens.length;
  if (tokens === 0) return [];
  const [rows, found] = [sample.token_metrics.length, buffer.byteLength - start];
  const expected = rows * tokens * NUMBER_BYTES;
  if (found !== expected) {
    return new DecodeError(`expected ${expected} bytes of token metrics, found ${found}`);
  }
  return sample.token_metrics.map(
    (_, row) => new Float32Array(buffer, start + row * tokens * NUMBER_BYTES, tokens),
  );
}

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
