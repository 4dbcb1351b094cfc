import type { CurveValue, StepColumns } from "../shared/series";

/** What the shaded area around a curve shows: standard deviations, quantiles, or nothing. */
export const BANDS = ["std", "p05_p95", "p25_p75", "none"] as const;
export type BandMode = (typeof BANDS)[number];

/** Lower and upper edge of the shaded area around a curve, one value per step. */
export interface Band {
  readonly low: CurveValue[];
  readonly high: CurveValue[];
}

/**
 * The spread of the samples around the mean of each step. Standard deviations end at the step's smallest and largest
 * sample: a length has no negative values, and its band has none either.
 *
 * @param scale how many standard deviations to each side; used by "std" alone, quantiles are what they are.
 */
export function bandOf(columns: StepColumns, mode: BandMode, scale: number): Band | null {
  if (mode === "none") return null;
  if (mode === "std") {
    return scale > 0 ? { low: deviation(columns, -scale), high: deviation(columns, scale) } : null;
  }
  const [low, high] = mode === "p05_p95" ? [columns.p05, columns.p95] : [columns.p25, columns.p75];
  return { low: low.map(finite), high: high.map(finite) };
}

function deviation(columns: StepColumns, factor: number): CurveValue[] {
  return columns.mean.map((mean, i) => {
    const std = columns.std[i];
    if (mean == null || std == null) return undefined;
    const edge = mean + factor * std;
    const end = (factor < 0 ? columns.min : columns.max)[i];
    if (end == null || !Number.isFinite(end)) return finite(edge);
    return finite(factor < 0 ? Math.max(edge, end) : Math.min(edge, end));
  });
}

const finite = (value: CurveValue): CurveValue =>
  value != null && Number.isFinite(value) ? value : undefined;
