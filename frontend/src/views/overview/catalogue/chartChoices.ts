/** What the choice of charts offers: named charts first, then single numbers, by the question that each answers. */

import type { RunInfo, Steps } from "../../../api/answers";
import { findMessage, t } from "../../../i18n";
import { metricHint, metricLabel, QUESTIONS, questionOf } from "../../../metrics";
import { addedChartIds } from "../shared/settings";
import { type ChartSource, metricChartId, stepMetricChartId } from "./chartCatalogue";
import { chartTitle } from "./chartTitle";
import { isChartOn } from "./chosenCharts";
import { opensByItself } from "./openingCharts";
import { scalarChartId } from "./scalarCharts";
import type { Charts } from "./useCharts";

/** The charts of a run, and its numbers as far as they are known. */
export interface ChartsOnOffer {
  readonly charts: Charts;
  readonly steps: Steps | null;
}

export interface ChartChoice {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  /** What to log, where there is nothing to draw; "" where there is. */
  readonly missing: string;
}

export interface ChoiceGroup {
  readonly question: (typeof QUESTIONS)[number] | "scalars";
  readonly first: readonly ChartChoice[];
  readonly further: readonly ChartChoice[];
}

/** All charts of a run, by question. */
export function choicesByQuestion({ charts, steps }: ChartsOnOffer): ChoiceGroup[] {
  const opening = charts.own.filter((chart) => opensByItself(chart, steps)).map(({ id }) => id);
  const singles = singleCharts(charts.run, steps, opening);
  const groups = QUESTIONS.map((question) => ({
    question,
    first: charts.named.filter((chart) => chart.question === question).map((chart) => named(chart, steps)),
    further: singles.filter(({ name }) => questionOf(name) === question).map(({ choice }) => choice),
  }));
  const scalars = charts.tags.map((tag) => scalar(tag, charts.firstTags.includes(tag)));
  return [...groups, { question: "scalars" as const, first: scalars, further: [] }];
}

function named(chart: ChartSource, steps: Steps | null): ChartChoice {
  const empty = findMessage(`overview.empty.${chart.id}`) ?? "";
  return {
    id: chart.id,
    label: chartTitle(chart),
    hint: chart.lines.map((line) => metricHint(line.name)).join("\n"),
    on: isChartOn(chart.id, opensByItself(chart, steps)),
    missing: chart.lines.length === 0 ? empty : "",
  };
}

/** @param opening Those that open by themselves. */
function singleCharts(
  run: RunInfo,
  steps: Steps | null,
  opening: readonly string[],
): { name: string; choice: ChartChoice }[] {
  const ofSteps = Object.keys(steps?.step_metrics ?? {}).sort();
  // What the steps have under the same name is one curve; under an old address it may stand as a metric's.
  const ofSamples = run.metrics
    .map(({ name }) => name)
    .filter((name) => !ofSteps.includes(name) || addedChartIds.value.includes(metricChartId(name)));
  const single = (id: string, name: string) => ({
    name,
    choice: {
      id,
      label: metricLabel(name),
      hint: metricHint(name),
      on: isChartOn(id, opening.includes(id)),
      missing: "",
    },
  });
  return [
    ...ofSteps.map((name) => single(stepMetricChartId(name), name)),
    ...ofSamples.map((name) => single(metricChartId(name), name)),
  ];
}

function scalar(tag: string, opens: boolean): ChartChoice {
  const id = scalarChartId(tag);
  return { id, label: tag, hint: t("overview.scalar.hint"), on: isChartOn(id, opens), missing: "" };
}
