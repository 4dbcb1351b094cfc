/** The filter expression: asking the server whether it is one. */

import * as endpoints from "../api/endpoints";
import { ApiError } from "../api/errors";
import { select } from "../state/selection";
import { runScope } from "./scopes";

const PREFIX = /^(?:Invalid argument: )?where=[\s\S]*? cannot be used as a filter: /;

/** The server's sentence without the words that the field shows already. */
export function filterProblem(message: string): string {
  const rest = message.replace(PREFIX, "");
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** Takes the expression over if the server understands it; else says why not, in one sentence. */
export async function applyFilter(where: string, signal: AbortSignal): Promise<string> {
  if (where !== "") {
    const parameters = { ...runScope.peek(), where, columns: ["line"], limit: 1 };
    try {
      await endpoints.samples(parameters, { signal, place: "filter" });
    } catch (error) {
      if (signal.aborted) return "";
      if (error instanceof ApiError) return filterProblem(error.message);
      throw error;
    }
  }
  if (!signal.aborted) select({ where });
  return "";
}
