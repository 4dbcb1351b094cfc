import { findMessage, t } from "../../../i18n";
import { markJoined, metricLabel, splitStatistic } from "../../../metrics";
import type { ChartSource } from "./chartCatalogue";

/** A sentence about the chart: its own for a named one, else made of the metric's name. */
export function chartTitle(source: ChartSource): string {
  const main = source.lines.at(-1);
  // The line's own words first (characters, not tokens), then those of a chart without its reference.
  const which = [main?.name ?? "", source.lines.length === 1 ? "alone" : ""];
  const keys = [...which.map((word) => `overview.chart.${source.id}.${word}`), `overview.chart.${source.id}`];
  const own = keys.map((key) => findMessage(key)).find((words) => words !== null);
  if (own !== undefined) {
    return markJoined(
      own,
      source.lines.map((line) => line.name),
    );
  }
  if (main === undefined) return source.id;
  const label = metricLabel(main.name);
  if (main.from === "step_metric") return t("overview.chart.step", { label });
  // "value error mean" names its own mean; the mean of it over the tokens is no further one.
  const isMean = source.tokenWeighted && splitStatistic(main.name, () => true)?.statistic === "mean";
  return t(isMean ? "overview.chart.token_mean" : "overview.chart.metric", { label });
}
