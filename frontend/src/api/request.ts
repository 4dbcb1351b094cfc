/** Asking the server: the address of a question, its answer decoded, and what it is when there is none. */

import { DecodeError, type Decoder } from "../lib/decode";

type Argument = string | number | boolean | readonly string[] | null | undefined;

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
export async function ask(question: string, signal?: AbortSignal, place = ""): Promise<Response> {
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

export async function json<T>(
  question: string,
  decoder: Decoder<T>,
  signal?: AbortSignal,
  place?: string,
): Promise<T> {
  return decode(await ask(question, signal, place), decoder, question);
}

export async function decode<T>(response: Response, decoder: Decoder<T>, question: string): Promise<T> {
  try {
    return decoder(await response.json());
  } catch (error) {
    if (error instanceof DecodeError || error instanceof SyntaxError) {
      throw new ApiError(response.status, error.message, question);
    }
    throw error;
  }
}
