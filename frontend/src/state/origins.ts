/** Metrics of the chosen run that came from somewhere else than its own lines. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { RunInfo } from "../api/answers";
import { run } from "./data";

/** Where each joined metric came from, by its name; "" where the server does not say. */
export function originsOf(info: RunInfo | null): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { name, origin } of [...(info?.metrics ?? []), ...(info?.token_metrics ?? [])]) {
    if (origin !== "joined") continue;
    const sources =
      info?.joined.filter(({ columns }) => columns.includes(name)).map(({ source }) => source) ?? [];
    found.set(name, sources.join(", "));
  }
  return found;
}

export const origins: ReadonlySignal<ReadonlyMap<string, string>> = computed(() => originsOf(run.value));
