/** The filter expression: asking the server whether it is one, and putting the cursor into its field. */

import { signal } from "@preact/signals";
import { ApiError, api } from "../api/endpoints";
import { runScope } from "../data/useAnswer";
import { select } from "./selection";

/** Goes up whenever the field is wanted; the field takes the focus as soon as it is on screen. */
export const fieldWanted = signal(0);

/** Shows the field, with the cursor in it. */
export function editFilter(): void {
  select({ view: "samples", sample: null }, "push");
  fieldWanted.value += 1;
}

const PREFIX = /^(?:Invalid argument: )?where=[\s\S]*? cannot be used as a filter: /;

/** The server's sentence without the words that the field shows already. */
export function sentence(message: string): string {
  const rest = message.replace(PREFIX, "");
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

/** Takes the expression over if the server understands it; else says why not, in one sentence. */
export async function applyFilter(where: string, signal: AbortSignal): Promise<string> {
  if (where !== "") {
    try {
      await api.samples({ ...runScope.peek(), where }, { columns: ["line"], limit: 1 }, signal, "filter");
    } catch (error) {
      if (signal.aborted) return "";
      if (error instanceof ApiError) return sentence(error.message);
      throw error;
    }
  }
  if (!signal.aborted) select({ where });
  return "";
}
