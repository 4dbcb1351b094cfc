import type { Steps } from "../../../api/answers";
import type { CurveLine } from "../../../charts/curves/plotColumns";
import { type BandMode, bandOf } from "../../../charts/curves/spreadBand";
import {
  type CurveValue,
  drawableValues,
  firstFinite,
  meansOf,
  subtract,
} from "../../../charts/shared/series";
import type { LineSource } from "../catalogue/chartCatalogue";

/** Numbers of the steps that are shares of their samples or groups. */
const SHARES: ReadonlySet<string> = new Set([
  ...["win", "tie", "loss", "truncation_share", "duplicate_share"],
  ...["zero_advantage_groups", "all_good_groups", "all_bad_groups"],
]);

/** How every chart of the grid is drawn. */
export interface CurveStyle {
  readonly band: BandMode;
  readonly bandScale: number;
  /** Every line minus its own first value, so that what changed since then can be compared. */
  readonly fromZero: boolean;
}

/** The drawable line of a source, or null where `steps` has no numbers for it. */
export function curveLine(
  source: LineSource,
  label: string,
  steps: Steps,
  style: CurveStyle,
): CurveLine | null {
  const means = valuesOf(source, steps);
  if (!means) return null;
  const columns = source.from === "metric" ? steps.metrics[source.name] : undefined;
  const band = columns ? bandOf(columns, style.band, style.bandScale) : null;
  const by = style.fromZero ? firstFinite(means) : 0;
  return {
    key: source.name,
    label,
    colour: source.colour,
    values: subtract(means, by),
    band: band && { low: subtract(band.low, by), high: subtract(band.high, by) },
    isShare: source.from === "step_metric" && SHARES.has(source.name),
  };
}

function valuesOf(source: LineSource, steps: Steps): CurveValue[] | null {
  if (source.from === "step_metric") {
    const column = steps.step_metrics[source.name];
    return column ? drawableValues(column).map((value, i) => (column[i] === null ? undefined : value)) : null;
  }
  const columns = steps.metrics[source.name];
  return columns ? meansOf(columns) : null;
}

/** Adds the metrics of `further` to those of `runSteps`, step by step: the answer about chosen metrics to the usual one. */
export function withFurtherMetrics(runSteps: Steps, further: Steps | null): Steps {
  if (!further || further.step.length === 0) return runSteps;
  const same =
    further.step.length === runSteps.step.length &&
    further.step.every((step, i) => step === runSteps.step[i]);
  if (same) return { ...runSteps, metrics: { ...further.metrics, ...runSteps.metrics } };
  // While a run grows, the two answers may have different numbers of steps: those of `runSteps` count.
  const indexOf = new Map(further.step.map((step, i) => [step, i]));
  const aligned = Object.entries(further.metrics).map(([name, columns]) => {
    const entries = Object.entries(columns).map(([key, column]) => [
      key,
      runSteps.step.map((step) => column[indexOf.get(step) ?? -1] ?? null),
    ]);
    return [name, Object.fromEntries(entries) as typeof columns] as const;
  });
  return { ...runSteps, metrics: { ...Object.fromEntries(aligned), ...runSteps.metrics } };
}
