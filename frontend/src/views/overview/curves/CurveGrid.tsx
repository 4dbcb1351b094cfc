import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RunInfo, Steps } from "../../../api/answers";
import { t } from "../../../i18n";
import { formatCount } from "../../../lib/format";
import { markJoined, metricHint, metricLabel, sampleMetricOf } from "../../../metrics";
import { Select } from "../../../ui";
import type { ChartSource, LineSource } from "../catalogue/chartCatalogue";
import { chartTitle } from "../catalogue/chartTitle";
import { switchChart } from "../catalogue/chosenCharts";
import { comparedLine } from "../overlay/comparedLine";
import { LineChoice } from "../overlay/LineChoice";
import { type Overlay, runsWithout, withOverlays } from "../overlay/overlaidLines";
import { cardName } from "../shared/cardIds";
import { bandMode, bandScale, fromZero, KL_ESTIMATORS, klEstimator } from "../shared/settings";
import { CurveCard } from "./CurveCard";
import { curveLine } from "./curveLines";
import { emptyReason } from "./emptyReason";
import { ScalarCards } from "./ScalarCards";

export interface CurveGridProps {
  readonly run: RunInfo;
  readonly steps: Steps;
  readonly charts: readonly ChartSource[];
  /** Other runs, whose curves lie over those of the run. */
  readonly overlays: readonly Overlay[];
  /** Tags of TensorBoard's scalars. */
  readonly scalars: readonly string[];
}

/** All charts over the steps. */
export function CurveGrid({ run, steps, charts, overlays, scalars }: CurveGridProps): JSX.Element {
  return (
    <>
      {charts.map((source) => (
        <MetricCard key={source.id} run={run} source={source} steps={steps} overlays={overlays} />
      ))}
      <ScalarCards run={run} tags={scalars} steps={steps.step} />
    </>
  );
}

interface MetricCardProps {
  readonly run: RunInfo;
  readonly source: ChartSource;
  readonly steps: Steps;
  readonly overlays: readonly Overlay[];
}

function MetricCard({ run, source, steps, overlays }: MetricCardProps) {
  // Bands of several metrics on one another show nothing.
  const isCrowded = source.lines.filter((line) => line.word === undefined).length > 1;
  const drawing = {
    band: isCrowded ? ("none" as const) : bandMode.value,
    bandScale: bandScale.value,
    fromZero: fromZero.value,
  };
  const labels = source.lines.map((line) => lineLabel(line, source.lines.length === 1));
  const lines = useMemo(
    () => source.lines.flatMap((line, i) => curveLine(line, labels[i] ?? "", steps, drawing) ?? []),
    [JSON.stringify([source.lines, labels, drawing]), steps],
  );
  const main = source.lines.at(-1);
  const compared = comparedLine(source);
  const told = overlays.length > 0 ? compared : main;
  const without = useMemo(() => runsWithout(overlays, compared), [overlays, compared?.name]);
  const absent = without.length > 0 ? t("overview.scalar.without", { runs: without.join(", ") }) : "";
  const drawn = useMemo(
    () => withOverlays(steps.step, lines, overlays, compared, drawing),
    [lines, overlays, steps, compared?.name],
  );
  const hints = source.lines.map((line) => metricHint(line.name)).join("\n");
  return (
    <CurveCard
      id={cardName(source.id)}
      title={chartTitle(source)}
      hint={[hints, source.unit && t("overview.unit", { unit: source.unit })].filter(Boolean).join("\n")}
      x={drawn.x}
      steps={steps.step}
      lines={drawn.lines}
      noteAt={(step) =>
        [told ? chartNote(told, source, steps, step) : "", absent].filter(Boolean).join(" · ")
      }
      empty={emptyReason(source, lines)}
      metric={
        main?.from === "metric"
          ? { name: main.name, order: null, least: drawn.spread(steps.metrics[main.name]?.min ?? []) }
          : sampleMetricOf(run, main?.name ?? "")
      }
      preset={source.id === "duplicates" ? "repeated" : ""}
      about={source.lines.map(({ name }) => name)}
      tools={
        <>
          {overlays.length > 0 && source.lines.length > 1 && <LineChoice source={source} labels={labels} />}
          {source.id === "kl" && <KlChoice />}
        </>
      }
      onHide={() => switchChart(source.id, false)}
    />
  );
}

function KlChoice() {
  return (
    <Select
      value={klEstimator.value}
      label={t("overview.kl.choice")}
      options={KL_ESTIMATORS.map((name) => ({
        value: name,
        label: t(`overview.kl.${name}`),
        hint: metricHint(name),
      }))}
      onChange={(name) => {
        klEstimator.value = name;
      }}
      testId="kl-metric"
    />
  );
}

function lineLabel(line: LineSource, isOnly: boolean): string {
  if (line.word) return markJoined(t(`overview.legend.${line.word}`), [line.name]);
  return line.from === "metric" && isOnly ? t("overview.legend.mean") : metricLabel(line.name);
}

/** "mean over 508 of 512, 4 non-finite" for the selected step. */
function chartNote(main: LineSource, source: ChartSource, steps: Steps, step: number | null): string {
  const columns = main.from === "metric" ? steps.metrics[main.name] : undefined;
  const i = step === null ? -1 : steps.step.indexOf(step);
  const weighted = source.tokenWeighted ? t("overview.note.weighted") : "";
  const finite = columns?.count[i] ?? 0;
  if (!columns || i < 0) return weighted;
  const nonfinite = columns.nonfinite[i] ?? 0;
  if (finite === 0 && nonfinite === 0) return t("overview.note.none");
  const unit = unitWord(source.tokenWeighted, finite + nonfinite);
  const slots = {
    unit,
    finite: formatCount(finite),
    total: formatCount(finite + nonfinite),
    nonfinite: formatCount(nonfinite),
  };
  return [t(nonfinite > 0 ? "overview.note.nonfinite" : "overview.note.all", slots), weighted]
    .filter(Boolean)
    .join(" · ");
}

function unitWord(tokens: boolean, n: number): string {
  if (n === 1) return t(tokens ? "overview.unit.token" : "overview.unit.sample");
  return t(tokens ? "overview.unit.tokens" : "overview.unit.samples");
}
