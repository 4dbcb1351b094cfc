/** The metrics that we know: what each is called and what it is, in every language. */

import { language, type MetricWords, metricInChinese } from "../i18n";
// Written by the Python side from its registry of metrics: change them there.
import { english } from "./catalog.json";

/** Every metric of the catalog in English, by name. */
export const METRICS: Readonly<Record<string, MetricWords>> = english;

/** The words of a metric in the language of the page; undefined for a name that only the log knows. */
export function metricWords(name: string): MetricWords | undefined {
  if (!isKnownMetric(name)) return undefined;
  return (language.value === "zh" ? metricInChinese(name) : undefined) ?? METRICS[name];
}

/** Whether a metric is one of ours. */
export function isKnownMetric(name: string): boolean {
  // A metric of a log may be called "constructor".
  return Object.hasOwn(METRICS, name);
}
