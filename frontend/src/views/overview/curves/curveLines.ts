import type { Steps } from "../../../api/answers";
import type { Line } from "../../../charts/curves/plotColumns";
import { type BandMode, bandOf } from "../../../charts/curves/spreadBand";
import { drawable, meansOf, origin, shift, type Value } from "../../../charts/shared/series";
import type { LineSource } from "./chartCatalogue";

/** How every chart of the grid is drawn. */
export interface Drawing {
  readonly band: BandMode;
  readonly bandScale: number;
  /** Every line minus its own first value, so that what changed since then can be compared. */
  readonly fromZero: boolean;
}

/** The drawable line of a source, or null where `steps` has no numbers for it. */
export function lineOf(source: LineSource, label: string, steps: Steps, drawing: Drawing): Line | null {
  const means = valuesOf(source, steps);
  if (!means) return null;
  const columns = source.from === "metric" ? steps.metrics[source.name] : undefined;
  const band = columns ? bandOf(columns, drawing.band, drawing.bandScale) : null;
  const by = drawing.fromZero ? origin(means) : 0;
  return {
    key: source.name,
    label,
    colour: source.colour,
    values: shift(means, by),
    band: band && { low: shift(band.low, by), high: shift(band.high, by) },
  };
}

function valuesOf(source: LineSource, steps: Steps): Value[] | null {
  if (source.from === "step_metric") {
    const column = steps.step_metrics[source.name];
    return column ? drawable(column).map((value, i) => (column[i] === null ? undefined : value)) : null;
  }
  const columns = steps.metrics[source.name];
  return columns ? meansOf(columns) : null;
}

/** `more` beside `base` where both setLanguage of the same steps: an answer about chosen metrics joins the usual one. */
export function joined(base: Steps, more: Steps | null): Steps {
  if (!more || more.step.length === 0) return base;
  const same = more.step.length === base.step.length && more.step.every((step, i) => step === base.step[i]);
  if (same) return { ...base, metrics: { ...more.metrics, ...base.metrics } };
  // A run that grows answers the two questions at different lengths: the longer row of steps counts.
  const place = new Map(more.step.map((step, i) => [step, i]));
  const aligned = Object.entries(more.metrics).map(([name, columns]) => {
    const entries = Object.entries(columns).map(([key, column]) => [
      key,
      base.step.map((step) => column[place.get(step) ?? -1] ?? null),
    ]);
    return [name, Object.fromEntries(entries) as typeof columns] as const;
  });
  return { ...base, metrics: { ...Object.fromEntries(aligned), ...base.metrics } };
}
