/** The questions the page can ask. Addresses are relative to the document's base, so any path prefix works. */

import * as answers from "./answers";
import { ApiError, address, ask, decode, json } from "./request";

export { ApiError, address } from "./request";

/** What part of the data a question is about. Null, undefined and "" mean "not narrowed". */
export interface Scope {
  run: string;
  split?: string;
  attempt?: number | null;
  step?: number | null;
  step_min?: number | null;
  step_max?: number | null;
  search?: string;
  regex?: boolean;
  in?: readonly string[];
  group?: string;
  prompt_key?: string;
  /** A filter expression. */
  where?: string;
  /** Text rules of the run: strings that are padding, and where the system prompt ends. */
  pad?: readonly string[];
  system_end?: string;
}

export interface SamplesQuery {
  columns?: readonly string[];
  sort?: string;
  order?: "asc" | "desc";
  preset?: string;
  seed?: number | null;
  offset?: number;
  limit?: number;
}

export interface WorstQuery {
  metric?: string;
  by?: string;
  end?: string;
  limit?: number;
  per_sample?: number;
}

export interface DistributionQuery {
  metric: string;
  bins?: number;
  lo?: number;
  hi?: number;
  against?: string;
}

export const api = {
  /** The runs, and the index's revision: it changes whenever any other answer may have. */
  async runs(signal?: AbortSignal): Promise<answers.Runs & { revision: string }> {
    const response = await ask("runs", signal);
    const decoded = await decode(response, answers.runs, "runs");
    return { ...decoded, revision: response.headers.get("X-RLBoard-Revision") ?? "" };
  },

  steps(
    scope: Scope,
    metrics?: readonly string[],
    signal?: AbortSignal,
    place?: string,
  ): Promise<answers.Steps> {
    return json(address("steps", { ...scope, metrics }), answers.steps, signal, place);
  },

  samples(scope: Scope, query: SamplesQuery, signal?: AbortSignal, place?: string): Promise<answers.Samples> {
    return json(address("samples", { ...scope, ...query }), answers.samples, signal, place);
  },

  worstTokens(scope: Scope, query: WorstQuery, signal?: AbortSignal): Promise<answers.WorstTokens> {
    return json(address("worst_tokens", { ...scope, ...query }), answers.worstTokens, signal, "worst");
  },

  sample(scope: Scope, id: string, signal?: AbortSignal): Promise<answers.Sample> {
    return json(address("sample", { ...scope, id }), answers.sample, signal);
  },

  /** One float32 row per token metric, in the order of `Sample.token_metrics`. */
  async tokens(
    scope: Scope,
    id: string,
    metrics: number,
    tokens: number,
    signal?: AbortSignal,
  ): Promise<Float32Array[]> {
    const question = address("tokens", { ...scope, id });
    const buffer = await (await ask(question, signal)).arrayBuffer();
    const expected = metrics * tokens * Float32Array.BYTES_PER_ELEMENT;
    if (buffer.byteLength !== expected) {
      throw new ApiError(
        200,
        `expected ${expected} bytes of token metrics, found ${buffer.byteLength}`,
        question,
      );
    }
    return Array.from({ length: metrics }, (_, row) => {
      return new Float32Array(buffer, row * tokens * Float32Array.BYTES_PER_ELEMENT, tokens);
    });
  },

  distribution(scope: Scope, query: DistributionQuery, signal?: AbortSignal): Promise<answers.Distribution> {
    return json(address("distribution", { ...scope, ...query }), answers.distribution, signal);
  },

  problems(
    scope: Scope,
    page: { offset: number; limit: number },
    signal?: AbortSignal,
  ): Promise<answers.Problems> {
    return json(address("problems", { ...scope, ...page }), answers.problems, signal);
  },

  /** @param chosen Runs of TensorBoard to take instead of those the server pairs; empty leaves it to the server. */
  scalarTags(run: string, chosen: readonly string[], signal?: AbortSignal): Promise<answers.ScalarTags> {
    return json(address("scalars", { run, scalar_run: chosen }), answers.scalarTags, signal);
  },

  scalars(
    run: string,
    tags: readonly string[],
    chosen: readonly string[],
    signal?: AbortSignal,
  ): Promise<answers.Scalars> {
    const question = address("scalars", { run, tag: tags, scalar_run: chosen });
    return json(question, answers.scalarSeries, signal);
  },
};
