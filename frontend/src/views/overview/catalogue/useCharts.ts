import type { RunInfo, Steps } from "../../../api/answers";
import { scalarTags } from "../../../data/questions/scalars";
import { chosenScalarRuns, scalarRuns } from "../../../data/scalarPairing";
import { steps } from "../../../data/steps";
import { useAnswer } from "../../../data/useAnswer";
import { addedChartIds, klEstimator } from "../shared/settings";
import { type ChartSource, metricChartId, metricCharts, namedCharts } from "./chartCatalogue";
import { isChartOn } from "./chosenCharts";
import { opensByItself } from "./openingCharts";
import { ownNumbers } from "./ownNumbers";
import { firstScalars, scalarChartId, scalarTagOf } from "./scalarCharts";

/** The charts of a run that can be on, before it is known what varies. */
export interface Charts {
  readonly run: RunInfo;
  /** Named charts, whether they are on or not. */
  readonly named: readonly ChartSource[];
  /** Charts of numbers that only the log knows, whether they are on or not. */
  readonly own: readonly ChartSource[];
  /** Charts of single metrics that were added. */
  readonly added: readonly ChartSource[];
  /** Tags of TensorBoard's scalars that go with the run, sorted. */
  readonly tags: readonly string[];
  /** Those of them that are shown unless switched off. */
  readonly firstTags: readonly string[];
  /** Whether TensorBoard has scalars of this run. */
  readonly isPaired: boolean;
  /** Why the tags did not come; empty where they did. */
  readonly scalarProblem: string;
}

/** All charts that a run can have on screen. */
export function useCharts(run: RunInfo): Charts {
  const isPaired = scalarRuns.value.length > 0;
  const answer = useAnswer(
    scalarTags,
    isPaired ? { run: run.run, scalar_run: chosenScalarRuns.value } : null,
  );
  const tags = [...new Set(Object.values(answer.data?.tags ?? {}).flat())].sort();
  const own = ownNumbers(run).map(metricChartId);
  return {
    run,
    named: namedCharts(run, steps.value, klEstimator.value),
    own: metricCharts(run, steps.value, own),
    added: metricCharts(
      run,
      steps.value,
      addedChartIds.value.filter((id) => !own.includes(id)),
    ),
    tags,
    firstTags: firstScalars(tags),
    isPaired,
    scalarProblem: answer.error?.message ?? "",
  };
}

/** Those that are on, in the order of the grid; `known` tells what varies. */
export function chartsShown({ named, own, added }: Charts, known: Steps | null): ChartSource[] {
  const isOn = (chart: ChartSource) => isChartOn(chart.id, opensByItself(chart, known));
  return [...[...named, ...own].filter((chart) => isOn(chart) && isDrawn(chart, known)), ...added];
}

/** A chart without numbers stays only where it says why. */
const isDrawn = (chart: ChartSource, known: Steps | null): boolean =>
  chart.lines.length > 0 || opensByItself(chart, known);

/** Tags of TensorBoard's scalars that are on, behind the other charts. */
export function scalarsShown({ firstTags }: Charts): string[] {
  const added = addedChartIds.value.map(scalarTagOf).filter((tag): tag is string => tag !== null);
  return [...new Set([...firstTags, ...added])].filter((tag) =>
    isChartOn(scalarChartId(tag), firstTags.includes(tag)),
  );
}
