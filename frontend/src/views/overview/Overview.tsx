import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import uplotCss from "uplot/dist/uPlot.min.css?inline";
import type { RunInfo, Steps } from "../../api/answers";
import chartsCss from "../../charts/charts.css?inline";
import { run } from "../../data/runs";
import { steps } from "../../data/steps";
import { t } from "../../i18n";
import { referenceOf } from "../../metrics";
import { FindingsStrip } from "../../shell/findings/lazy";
import { useKeys } from "../../state/keys";
import { selected } from "../../state/selection";
import { adoptStyles, Empty, ErrorBox } from "../../ui";
import { DrawnInSight } from "../../ui/sight/DrawnInSight";
import type { ChartSource } from "./catalogue/chartCatalogue";
import { watchedMetrics } from "./catalogue/openingCharts";
import { chartsShown, scalarsShown, useCharts } from "./catalogue/useCharts";
import rowsCss from "./chartRows.css?inline";
import { CurveGrid } from "./curves/CurveGrid";
import { curveKeys } from "./curves/curveKeys";
import { useOverlays } from "./overlay/useOverlays";
import { useValues } from "./overlay/useValues";
import css from "./overview.css?inline";
import { useOverviewSteps } from "./overviewSteps";
import { distributionMetric } from "./shared/distributionMetric";
import { linkSettings } from "./shared/linkedSettings";
import { chartSize } from "./shared/settings";
import { StepPanels } from "./step/lazy";
import { NoSamplesAt, NoSteps } from "./step/NoSamples";
import { Toolbar } from "./Toolbar";
import { Tiles } from "./tiles/Tiles";
import { tileMetrics } from "./tiles/tileCatalogue";

/** Where the view was scrolled to when it was left, so that Back from a sample leads to the mark that was clicked. */
let lastScrollTop = 0;

/** The view of a run: curves over its steps, and below them the selected step. */
export function Overview(): JSX.Element {
  for (const sheet of [uplotCss, chartsCss, css, rowsCss]) adoptStyles(sheet);
  return run.value === null ? <Empty title={t("overview.no_run")} /> : <RunOverview run={run.value} />;
}

function RunOverview({ run }: { run: RunInfo }) {
  const charts = useCharts(run);
  const metric = distributionMetric(run);
  const answer = useOverviewSteps(metricsShown(run, chartsShown(charts, steps.value), metric));
  // Some charts open by what the answer says: their lines are asked of the other runs and kinds as well.
  const shown = chartsShown(charts, answer.data ?? steps.value);
  const overlaid = useOverlays(shown);
  const values = useValues(shown);
  // The same list as long as nothing has changed: every chart is made anew with another one.
  const overlays = useMemo(() => [...overlaid, ...values.overlays], [overlaid, values.overlays]);
  const panels = useRef<HTMLElement>(null);
  const view = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (view.current) view.current.scrollTop = lastScrollTop;
  }, []);
  useEffect(linkSettings, []);
  useKeys(curveKeys, "overview");
  return (
    <div
      class="overview"
      data-testid="overview"
      ref={view}
      onScroll={(event) => {
        lastScrollTop = event.currentTarget.scrollTop;
      }}
    >
      <div class="overview-findings">
        <FindingsStrip />
      </div>
      {answer.data && <TilesAtStep steps={answer.data} />}
      <Toolbar
        charts={charts}
        steps={answer.data}
        overlays={overlaid}
        values={values}
        onJump={() => panels.current?.scrollIntoView()}
      />
      {answer.error && (
        <ErrorBox
          title={t("overview.steps.error")}
          message={answer.error.message}
          where={answer.error.question}
        />
      )}
      {answer.data?.step.length === 0 && <NoSteps isReading={run.state === "indexing"} />}
      {answer.data && answer.data.step.length > 0 && (
        <section
          class={`overview-grid overview-grid-${chartSize.value}${answer.stale ? " stale" : ""}`}
          aria-label={t("overview.curves")}
        >
          <CurveGrid
            run={run}
            steps={answer.data}
            overlays={overlays}
            charts={chartsShown(charts, answer.data)}
            scalars={scalarsShown(charts)}
          />
        </section>
      )}
      {!answer.data && !answer.error && <p class="overview-empty">{t("overview.loading")}</p>}
      {answer.data && <PanelsAtStep run={run} steps={answer.data} place={panels} />}
    </div>
  );
}

// What shows the selected step reads it itself: when it changes, the charts over all steps stay as they are.

function TilesAtStep({ steps }: { steps: Steps }) {
  const step = selected.step.value;
  if (step === null || steps.step.length === 0) return null;
  return steps.step.includes(step) ? <Tiles steps={steps} step={step} /> : <NoSamplesAt step={step} />;
}

interface PanelsAtStepProps {
  readonly run: RunInfo;
  readonly steps: Steps;
  readonly place: RefObject<HTMLElement | null>;
}

function PanelsAtStep({ run, steps, place }: PanelsAtStepProps) {
  const step = selected.step.value;
  if (step === null || !steps.step.includes(step)) return null;
  return (
    <section ref={place} aria-label={t("overview.step_panels", { step })}>
      {/* Out of sight nothing is asked for them of steps that are passed by, either. Six pixels of a heading have no letter. */}
      <DrawnInSight edge={6}>{() => <StepPanels run={run} steps={steps} step={step} />}</DrawnInSight>
    </section>
  );
}

/** Metrics that anything on screen needs for each step, and those that tell whether their chart opens. */
function metricsShown(run: RunInfo, charts: readonly ChartSource[], distribution: string): string[] {
  const lines = charts.flatMap((chart) => chart.lines.filter((line) => line.from === "metric"));
  const spread = [distribution, referenceOf(run, distribution)];
  const names = [...lines.map((line) => line.name), ...spread, ...watchedMetrics(run), ...tileMetrics(run)];
  return [...new Set(names.filter((name): name is string => name !== null && name !== ""))];
}
