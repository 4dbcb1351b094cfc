/** The metrics that we know: what each is called and what it is, in every language. */

import type { Language } from "../i18n";
// Written by the Python side from its registry of metrics: change them there.
import catalog from "./catalog.json";

/** The words of a metric in one language. */
export interface MetricWords {
  /** What the metric is called on screen. */
  readonly label: string;
  /** One line: what it is, with its formula. */
  readonly hint: string;
}

/** One entry of `catalog.json`: its words, and the section of the documentation that defines the metric. */
export type MetricEntry = Readonly<Record<Language, MetricWords>> & { readonly anchor: string };

/** Every metric of the catalog, by name. */
export const METRICS: Readonly<Record<string, MetricEntry>> = catalog.metrics;

/** The entry of a metric; undefined for a name that only the log knows. */
export function metricEntry(name: string): MetricEntry | undefined {
  // A metric of a log may be called "constructor".
  return Object.hasOwn(METRICS, name) ? METRICS[name] : undefined;
}
