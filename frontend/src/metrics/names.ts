/** What metrics and columns are called on screen, and one line about each for its tooltip. */

import { type MetricWords, t, translate } from "../i18n";
import { metricWords } from "./catalog";
import { origins } from "./origins";
import { splitStatistic } from "./statistics";

/** The sign of a join, after names of metrics that came from another file or run. */
const JOIN_SIGN = "⋈";

/** Columns of the table that are no metrics. */
const COLUMNS = ["step", "prompt", "response", "ref_response", "ground_truth", "finish_reason"] as const;

/** The words of a name that we know, in the language of the page. */
function wordsOf(name: string): MetricWords | null {
  const ours = metricWords(name);
  if (ours !== undefined) return ours;
  const column = COLUMNS.find((known) => known === name);
  return column === undefined
    ? null
    : { label: t(`column.${column}.label`), hint: t(`column.${column}.hint`) };
}

/** A label with the sign of a join where one of the metrics that it is about was joined. */
export function markJoined(label: string, names: readonly string[]): string {
  return names.some((name) => origins.value.has(name)) ? `${label} ${JOIN_SIGN}` : label;
}

/** What a metric is called on screen: "k3 mean", "reward"; a name we do not know is itself. */
export function metricLabel(name: string): string {
  return markJoined(plainLabel(name), [name]);
}

function plainLabel(name: string): string {
  const words = wordsOf(name);
  if (words !== null) return words.label;
  const parts = splitStatistic(name, (metric) => wordsOf(metric) !== null);
  if (parts === null) return name;
  return t(`statistic.${parts.statistic}.label`, { name: wordsOf(parts.metric)?.label ?? parts.metric });
}

/** One line for the tooltip: what it is and its formula; a second one where it was joined. */
export function metricHint(name: string): string {
  const joined = joinHint(name);
  return joined === "" ? plainHint(name) : `${plainHint(name)}\n${joined}`;
}

/** Where a joined metric or text came from; "" for all others. */
export function joinHint(name: string): string {
  const origin = origins.value.get(name);
  if (origin === undefined) return "";
  return `${JOIN_SIGN} ${origin === "" ? t("metric.joined.somewhere") : t("metric.joined", { from: translate(origin) })}`;
}

function plainHint(name: string): string {
  const words = wordsOf(name);
  if (words !== null) return `${name}: ${words.hint}`;
  const parts = splitStatistic(name, (metric) => wordsOf(metric) !== null);
  if (parts === null) return t("metric.logged", { name });
  const { metric, statistic } = parts;
  return `${name}: ${t(`statistic.${statistic}.hint`)} · ${metric}: ${wordsOf(metric)?.hint ?? ""}`;
}
