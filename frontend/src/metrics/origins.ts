/** Metrics and texts of the chosen run that came from somewhere else than its own lines. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { RunInfo } from "../api/answers";
import { run } from "../data/runs";

/** Where each joined metric and text came from, by its name; "" where the server does not say. */
export function originsOf(info: RunInfo | null): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (info === null) return found;
  const metrics = [...info.metrics, ...info.token_metrics].filter(({ origin }) => origin === "joined");
  const texts = info.text_columns.filter((name) => info.joined.some(({ columns }) => columns.includes(name)));
  for (const name of [...metrics.map((metric) => metric.name), ...texts]) {
    const sources = info.joined.filter(({ columns }) => columns.includes(name)).map(({ source }) => source);
    found.set(name, sources.join(", "));
  }
  return found;
}

/** The same for the chosen run. */
export const origins: ReadonlySignal<ReadonlyMap<string, string>> = computed(() => originsOf(run.value));
