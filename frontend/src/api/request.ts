/** The transport: the address of a question, the request, and its answer decoded or an `ApiError`. */

import { DecodeError, type Decoder } from "../lib/decode";
import { ApiError } from "./errors";

type Parameter = string | number | boolean | readonly string[] | null | undefined;

/** How a request is sent, whatever it asks. */
export interface RequestOptions {
  /** Withdraws the request when it is aborted. */
  signal?: AbortSignal | undefined;
  /**
   * Where the answer will stand on screen: the server gives up this page's older question for the same place, also
   * where a proxy in between does not pass on that we closed the connection. "" is no place.
   */
  place?: string | undefined;
}

/** One route of the server as a function from its parameters to its decoded answer. */
export type Endpoint<Parameters, Answer> = (
  parameters: Parameters,
  options?: RequestOptions,
) => Promise<Answer>;

/** Path and query of a question; parameters that are null, undefined, false or "" are left out. */
export function questionUrl(path: string, parameters: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters) as [string, Parameter][]) {
    if (value === null || value === undefined || value === false || value === "") continue;
    if (typeof value === "object") for (const item of value) query.append(name, item);
    else query.append(name, value === true ? "true" : String(value));
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Who asks: another name for each page. `crypto.randomUUID` is not there on an address without TLS. */
const CLIENT = Math.random().toString(36).slice(2);

/** How many questions had a place: requests may overtake each other, and the server has to know the newer one. */
let asked = 0;

function placeHeaders(place: string): Record<string, string> {
  if (place === "") return {};
  asked += 1;
  return { "X-RLBoard-Client": CLIENT, "X-RLBoard-Place": place, "X-RLBoard-Order": String(asked) };
}

/** The answer to a question that the page asked before this code was there; see `index.ts`. */
function takeEarly(url: string): Promise<Response> | undefined {
  const early = globalThis.rlboardEarly?.[url];
  if (early !== undefined) delete globalThis.rlboardEarly?.[url];
  return early;
}

/**
 * Declares a route by its path and by how its response is read.
 *
 * Asking raises `ApiError` where the server is not reached, refuses, or answers with what `read` cannot take
 * (`DecodeError`, `SyntaxError`), and `AbortError` where the question was withdrawn.
 */
export function endpoint<Parameters extends object, Answer>(
  path: string,
  read: (response: Response) => Promise<Answer>,
): Endpoint<Parameters, Answer> {
  return async (parameters, { signal, place = "" } = {}) => {
    const url = questionUrl(path, parameters);
    const headers = placeHeaders(place);
    let response: Response;
    try {
      response = await (takeEarly(url) ??
        fetch(url, signal === undefined ? { headers } : { headers, signal }));
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new ApiError(0, error instanceof Error ? error.message : String(error), url);
    }
    if (!response.ok) {
      const message = (await response.text().catch(() => "")).trim();
      throw new ApiError(response.status, message.slice(0, 1000) || response.statusText, url);
    }
    try {
      return await read(response);
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof SyntaxError)) throw error;
      throw new ApiError(response.status, error.message, url);
    }
  };
}

/** Declares a route that answers with JSON. */
export function jsonEndpoint<Parameters extends object, Answer>(
  path: string,
  decoder: Decoder<Answer>,
): Endpoint<Parameters, Answer> {
  return endpoint(path, async (response) => decoder(await response.json()));
}
