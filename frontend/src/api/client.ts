/** The questions the page can ask. Addresses are relative to the document's base, so any path prefix works. */

import { DecodeError, type Decoder } from "../lib/decode";
import * as answers from "./answers";

type Argument = string | number | boolean | readonly string[] | null | undefined;

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

/** A question that was not answered. `status` is the HTTP status, 0 where the server was not reached. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly status: number,
    message: string,
    /** The question, for the error's "where". */
    readonly question: string,
  ) {
    super(message);
  }
}

/** The address of a question; arguments that are null, undefined, false or "" are left out. */
export function address(route: string, args: Readonly<Record<string, Argument>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(args)) {
    if (value === null || value === undefined || value === false || value === "") continue;
    if (typeof value === "object") for (const item of value) query.append(name, item);
    else query.append(name, value === true ? "true" : String(value));
  }
  const text = query.toString();
  return text === "" ? route : `${route}?${text}`;
}

/** Who asks: another name for each page. `crypto.randomUUID` is not there on an address without TLS. */
const CLIENT = Math.random().toString(36).slice(2);

/**
 * Asks the server.
 *
 * @param place Where the answer will stand: the server gives up this page's older question for the same place, also
 *   where a proxy in between does not pass on that we closed the connection.
 */
async function ask(question: string, signal?: AbortSignal, place = ""): Promise<Response> {
  const headers: Record<string, string> =
    place === "" ? {} : { "X-RLBoard-Client": CLIENT, "X-RLBoard-Place": place };
  let response: Response;
  try {
    response = await fetch(question, signal === undefined ? { headers } : { headers, signal });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, error instanceof Error ? error.message : String(error), question);
  }
  if (response.ok) return response;
  const said = (await response.text().catch(() => "")).trim();
  throw new ApiError(response.status, said.slice(0, 1000) || response.statusText, question);
}

async function json<T>(
  question: string,
  decoder: Decoder<T>,
  signal?: AbortSignal,
  place?: string,
): Promise<T> {
  return decode(await ask(question, signal, place), decoder, question);
}

async function decode<T>(response: Response, decoder: Decoder<T>, question: string): Promise<T> {
  try {
    return decoder(await response.json());
  } catch (error) {
    if (error instanceof DecodeError || error instanceof SyntaxError) {
      throw new ApiError(response.status, error.message, question);
    }
    throw error;
  }
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

  scalarTags(run: string, signal?: AbortSignal): Promise<answers.ScalarTags> {
    return json(address("scalars", { run }), answers.scalarTags, signal);
  },

  scalars(run: string, tags: readonly string[], signal?: AbortSignal): Promise<answers.Scalars> {
    return json(address("scalars", { run, tag: tags }), answers.scalarSeries, signal);
  },
};
