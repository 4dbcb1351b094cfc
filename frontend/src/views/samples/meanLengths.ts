/** What the line above the table says of the listed samples, from the step summaries. */

import type { Steps, Summary } from "../../api/answers";

/** A mean and how much it differs from the previous step's; null where there is none to compare with. */
export interface MeanChange {
  mean: number;
  change: number | null;
}

function finite(value: number | null | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The mean over the given places, weighted by count, so that big steps count more. */
function pooledMean(summary: Summary, places: readonly number[]): number | null {
  let sum = 0;
  let n = 0;
  for (const place of places) {
    const count = finite(summary.count[place]);
    const total = finite(summary.sum[place]);
    if (count === null || total === null) continue;
    sum += total;
    n += count;
  }
  return n === 0 ? null : sum / n;
}

/** The mean length at the places, against the place before where there is exactly one. */
export function meanLength(steps: Steps, metric: string, places: readonly number[]): MeanChange | null {
  const summary = steps.metrics[metric];
  if (summary === undefined) return null;
  const mean = pooledMean(summary, places);
  if (mean === null) return null;
  const only = places.length === 1 ? places[0] : undefined;
  const before = only === undefined || only === 0 ? null : pooledMean(summary, [only - 1]);
  return { mean, change: before === null ? null : mean - before };
}

/** Metrics with values that no mean could take in, and how many of them. */
export function nonfiniteCounts(steps: Steps, places: readonly number[]): { metric: string; n: number }[] {
  const found: { metric: string; n: number }[] = [];
  for (const [metric, summary] of Object.entries(steps.metrics)) {
    let n = 0;
    for (const place of places) n += finite(summary.nonfinite[place]) ?? 0;
    if (n > 0) found.push({ metric, n });
  }
  return found;
}

/** A range of steps; null at one end is open. */
export interface StepRange {
  min: number | null;
  max: number | null;
}

/** The places of the listed steps in `steps.step`. */
export function listedSteps(steps: Steps, step: number | null, range: StepRange | null): number[] {
  const places: number[] = [];
  steps.step.forEach((one, index) => {
    const inside = range === null ? one === step : one >= (range.min ?? one) && one <= (range.max ?? one);
    if (inside) places.push(index);
  });
  return places;
}
