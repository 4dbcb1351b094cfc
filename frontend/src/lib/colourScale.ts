/**
 * From a number to a place on a palette.
 *
 * A scale is robust: it ends at the 1st and the 99th percentile, so that one outlier does not paint everything else
 * alike; numbers beyond its ends are marked by whoever paints them. Signed numbers get a scale that is symmetric
 * about zero, magnitudes one that starts at zero, probabilities always the whole of 0 to 1 unless it is logarithmic.
 */

import { BUCKETS, type PaletteName } from "./heatmapColours";

export type MetricKind =
  | "signed"
  | "magnitude"
  | "probability"
  | "log_probability"
  | "count"
  | "flag"
  | "value";

/** How numbers become colours of a palette. */
export interface Scale {
  palette: PaletteName;
  /** The number at the low end of the palette, and below it. */
  lo: number;
  hi: number;
  /** Positions are by logarithm; then `lo` > 0. */
  log: boolean;
  /** The low end is the strong one: an unlikely token shall stand out, not a likely one. */
  strongLow: boolean;
}

/** The smallest probability a logarithmic scale reaches down to. */
const SMALLEST_PROBABILITY = 1e-12;

/** A scale for the finite ones of `values`, or null where there are none. */
export function robustScale(values: ArrayLike<number>, kind: MetricKind, log = false): Scale | null {
  const sorted = finiteSorted(values);
  if (sorted.length === 0) return null;
  const [lo, hi] = robustEnds(sorted);
  switch (kind) {
    case "signed":
      return diverging(lo, hi);
    case "value":
      // A critic's values need not straddle zero; where they do not, differences say more than the sign.
      return lo < 0 && hi > 0 ? diverging(lo, hi) : ramp(lo, hi);
    case "probability":
      return log
        ? { ...ramp(Math.min(0.5, Math.max(lo, SMALLEST_PROBABILITY)), 1), log: true, strongLow: true }
        : { ...ramp(0, 1), strongLow: true };
    case "log_probability":
      // A column of exact zeros is probability 1 everywhere, which is the pale end.
      return { ...ramp(lo < 0 ? lo : -1, Math.max(0, hi)), strongLow: true };
    case "flag":
      return ramp(0, 1);
    default:
      return ramp(Math.min(0, lo), hi);
  }
}

/** Where `x` lies between the ends: 0 at `lo`, 1 at `hi`, outside of that when beyond them. */
export function position(scale: Scale, x: number): number {
  const { lo, hi, log } = scale;
  if (log) return x <= 0 ? Number.NEGATIVE_INFINITY : Math.log(x / lo) / Math.log(hi / lo);
  return (x - lo) / (hi - lo);
}

/** The palette colour of a finite number, 0 to {@link BUCKETS} − 1; beyond an end it is that end's colour. */
export function bucketOf(scale: Scale, x: number): number {
  const at = Math.min(1, Math.max(0, position(scale, x)));
  return Math.round((scale.strongLow ? 1 - at : at) * (BUCKETS - 1));
}

/** Whether `x` lies below (−1) or above (1) the ends of the scale. */
export function beyond(scale: Scale, x: number): -1 | 0 | 1 {
  // float32 values come back as doubles: an end that is one of them must not count as beyond itself.
  const slack = 1e-6 * (scale.log ? 1 : scale.hi - scale.lo);
  if (x < scale.lo - (scale.log ? scale.lo * slack : slack)) return -1;
  return x > scale.hi + slack ? 1 : 0;
}

/** Quantile of ascending numbers by linear interpolation (NumPy's default); NaN where there are none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  const above = sorted[Math.ceil(at)];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

function finiteSorted(values: ArrayLike<number>): Float64Array {
  const finite = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const x = values[i];
    if (x !== undefined && Number.isFinite(x)) finite[count++] = x;
  }
  return finite.subarray(0, count).sort();
}

function robustEnds(sorted: Float64Array): [number, number] {
  const [lo, hi] = [quantile(sorted, 0.01), quantile(sorted, 0.99)];
  // Nearly all alike (a reward on the last token only): the few others are what is to be seen.
  return lo < hi ? [lo, hi] : [sorted[0] ?? lo, sorted.at(-1) ?? hi];
}

function diverging(lo: number, hi: number): Scale {
  const end = Math.max(Math.abs(lo), Math.abs(hi)) || 1;
  return { palette: "diverging", lo: -end, hi: end, log: false, strongLow: false };
}

function ramp(lo: number, hi: number): Scale {
  // All alike: measure from zero, so that a constant 0 is pale and a constant 5 is not.
  const [from, to] = lo < hi ? [lo, hi] : [Math.min(0, lo), Math.max(0, hi)];
  return { palette: "ramp", lo: from, hi: from < to ? to : from + 1, log: false, strongLow: false };
}
