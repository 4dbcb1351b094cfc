import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RunInfo, Steps } from "../../../api/answers";
import { findMessage, t } from "../../../i18n";
import { count } from "../../../lib/format";
import { markJoined, metricHint, metricLabel } from "../../../metrics";
import { selection } from "../../../state/selection";
import { Select } from "../../../ui";
import {
  addedChartIds,
  bandMode,
  bandScale,
  fromZero,
  hiddenCharts,
  KL_ESTIMATORS,
  klEstimator,
  toggleIn,
} from "../shared/settings";
import { CurveCard } from "./CurveCard";
import type { ChartSource, LineSource } from "./chartCatalogue";
import { curveLine } from "./curveLines";
import { emptyReason } from "./emptyReason";
import { ScalarCards } from "./ScalarCards";

export interface CurveGridProps {
  readonly run: RunInfo;
  readonly steps: Steps;
  readonly charts: readonly ChartSource[];
}

/** All charts over the steps. */
export function CurveGrid({ run, steps, charts }: CurveGridProps): JSX.Element {
  return (
    <>
      {charts.map((source) => (
        <MetricCard key={source.id} source={source} steps={steps} />
      ))}
      <ScalarCards run={run} steps={steps.step} />
    </>
  );
}

function MetricCard({ source, steps }: { source: ChartSource; steps: Steps }) {
  const drawing = { band: bandMode.value, bandScale: bandScale.value, fromZero: fromZero.value };
  const labels = source.lines.map(lineLabel);
  const lines = useMemo(
    () => source.lines.flatMap((line, i) => curveLine(line, labels[i] ?? "", steps, drawing) ?? []),
    [JSON.stringify([source.lines, labels, drawing]), steps],
  );
  const main = source.lines.at(-1);
  const hints = source.lines.map((line) => metricHint(line.name)).join("\n");
  return (
    <CurveCard
      id={source.id.replace(/^(metric|step):/, "")}
      title={chartTitle(source)}
      hint={[hints, source.unit && t("overview.unit", { unit: source.unit })].filter(Boolean).join("\n")}
      x={steps.step}
      steps={steps.step}
      lines={lines}
      note={main ? chartNote(main, source, steps, selection.value.step) : ""}
      empty={emptyReason(source, lines)}
      metric={main?.from === "metric" ? main.name : null}
      tools={source.id === "kl" && <KlChoice />}
      onHide={() => hide(source.id)}
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

function hide(id: string): void {
  if (id.includes(":")) toggleIn(addedChartIds, id, false);
  else toggleIn(hiddenCharts, id, true);
}

/** A sentence about the chart: its own for a built-in one, else made of the metric's name. */
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
  const label = main ? metricLabel(main.name) : source.id;
  return t(main?.from === "step_metric" ? "overview.chart.step" : "overview.chart.metric", { label });
}

const lineLabel = (line: LineSource): string =>
  line.word
    ? markJoined(t(`overview.${line.word}`), [line.name])
    : line.from === "metric"
      ? t("overview.mean")
      : metricLabel(line.name);

/** "mean over 508 of 512, 4 non-finite" for the selected step. */
export function chartNote(main: LineSource, source: ChartSource, steps: Steps, step: number | null): string {
  const columns = main.from === "metric" ? steps.metrics[main.name] : undefined;
  const i = step === null ? -1 : steps.step.indexOf(step);
  const weighted = source.tokenWeighted ? t("overview.note.weighted") : "";
  const finite = columns?.count[i] ?? 0;
  if (!columns || i < 0) return weighted;
  const nonfinite = columns.nonfinite[i] ?? 0;
  if (finite === 0 && nonfinite === 0) return t("overview.note.none");
  const unit = t(source.tokenWeighted ? "overview.tokens" : "overview.samples");
  const slots = {
    unit,
    finite: count(finite),
    total: count(finite + nonfinite),
    nonfinite: count(nonfinite),
  };
  return [t(nonfinite > 0 ? "overview.note.nonfinite" : "overview.note.all", slots), weighted]
    .filter(Boolean)
    .join(" · ");
}
