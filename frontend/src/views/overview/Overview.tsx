import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import uplotCss from "uplot/dist/uPlot.min.css?inline";
import type { RunInfo } from "../../api/answers";
import chartsCss from "../../charts/charts.css?inline";
import { run } from "../../data/runs";
import { steps } from "../../data/steps";
import { t } from "../../i18n";
import { referenceOf } from "../../metrics";
import { selection } from "../../state/selection";
import { adopt, Empty, ErrorBox } from "../../ui";
import { CurveGrid } from "./curves/CurveGrid";
import { addedCharts, builtInCharts, type ChartSource } from "./curves/chartCatalogue";
import { distributionMetric } from "./distribution/DistributionControls";
import css from "./overview.css?inline";
import { useOverviewSteps } from "./overviewSteps";
import { addedChartIds, chartSize, hiddenCharts, klEstimator } from "./shared/settings";
import { StepPanels } from "./step/StepPanels";
import { Toolbar } from "./Toolbar";

/** Where the view was scrolled to when it was left, so that Back from a sample leads to the mark that was clicked. */
let lastScrollTop = 0;

/** The view of a run: curves over its steps, and below them the selected step. */
export function Overview(): JSX.Element {
  for (const sheet of [uplotCss, chartsCss, css]) adopt(sheet);
  return run.value === null ? <Empty title={t("overview.no_run")} /> : <RunOverview run={run.value} />;
}

function RunOverview({ run }: { run: RunInfo }) {
  const builtIn = builtInCharts(run, steps.value, klEstimator.value);
  const shown = shownCharts(run, builtIn);
  const metric = distributionMetric(run);
  const answer = useOverviewSteps(metricsShown(run, shown, metric));
  const panels = useRef<HTMLElement>(null);
  const view = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (view.current) view.current.scrollTop = lastScrollTop;
  }, []);
  const { step } = selection.value;
  return (
    <div
      class="overview"
      data-testid="overview"
      ref={view}
      onScroll={(event) => {
        lastScrollTop = event.currentTarget.scrollTop;
      }}
    >
      <Toolbar
        run={run}
        steps={answer.data}
        builtIn={builtIn}
        onJump={() => panels.current?.scrollIntoView()}
      />
      {answer.error && (
        <ErrorBox
          title={t("overview.steps.failed")}
          message={answer.error.message}
          where={answer.error.question}
        />
      )}
      {answer.data?.step.length === 0 && (
        <Empty title={t("filter.none")}>
          <p>{t("filter.none_advice")}</p>
        </Empty>
      )}
      {answer.data && answer.data.step.length > 0 && (
        <section
          class={`overview-grid overview-grid-${chartSize.value}${answer.stale ? " stale" : ""}`}
          aria-label={t("overview.curves")}
        >
          <CurveGrid run={run} steps={answer.data} charts={shown} />
        </section>
      )}
      {!answer.data && !answer.error && <p class="overview-empty">{t("overview.loading")}</p>}
      {answer.data && step !== null && (
        <section ref={panels} aria-label={t("overview.at_step", { step })}>
          <StepPanels run={run} steps={answer.data} step={step} />
        </section>
      )}
    </div>
  );
}

/** Charts that are switched on; one that is not essential also needs something to draw. */
function shownCharts(run: RunInfo, builtIn: readonly ChartSource[]): ChartSource[] {
  const wanted = builtIn.filter((chart) => !hiddenCharts.value.includes(chart.id));
  return [
    ...wanted.filter((chart) => chart.essential || chart.lines.length > 0),
    ...addedCharts(run, steps.value, addedChartIds.value),
  ];
}

/** Metrics that anything on screen needs per step. */
function metricsShown(run: RunInfo, charts: readonly ChartSource[], distribution: string): string[] {
  const lines = charts.flatMap((chart) => chart.lines.filter((line) => line.from === "metric"));
  const spread = [distribution, referenceOf(run, distribution)];
  const names = [...lines.map((line) => line.name), ...spread];
  return [...new Set(names.filter((name): name is string => name !== null && name !== ""))];
}
