import type { CurveValue } from "../shared/series";

/** Where there are more steps than this for each pixel, a line through all of them is a comb that hides its course. */
const MAX_STEPS_PER_PIXEL = 0.5;
/** Pixels between the points of a line that stands for many steps. */
const POINT_DISTANCE = 3;

/** How many neighbouring steps make one point of a line on so many pixels; 1 where every step has its own. */
export function bucketSize(
  x: readonly number[],
  range: readonly [number, number] | null,
  pixels: number,
): number {
  const shown = range === null ? x.length : x.filter((step) => step >= range[0] && step <= range[1]).length;
  if (pixels <= 0 || shown <= pixels * MAX_STEPS_PER_PIXEL) return 1;
  return Math.max(1, Math.ceil((shown * POINT_DISTANCE) / pixels));
}

/** One entry for each `size` values: what `reduce` makes of the finite ones; null where some were logged and none is. */
export function inBuckets(
  values: readonly CurveValue[],
  size: number,
  reduce: (finite: readonly number[]) => number,
): CurveValue[] {
  const found: CurveValue[] = [];
  for (let start = 0; start < values.length; start += size) {
    const bucket = values.slice(start, start + size);
    const finite = bucket.filter((value): value is number => value != null && Number.isFinite(value));
    if (finite.length > 0) found.push(reduce(finite));
    else found.push(bucket.every((value) => value === undefined) ? undefined : null);
  }
  return found;
}

/** The step in the middle of each bucket; the first and the last keep the ends of the curve where they are. */
export function bucketSteps(x: readonly number[], size: number): number[] {
  const found: number[] = [];
  for (let start = 0; start < x.length; start += size) {
    const end = Math.min(start + size, x.length) - 1;
    found.push(x[(start + end) >> 1] as number);
  }
  const [first, last] = [x[0], x.at(-1)];
  if (found.length > 1 && first !== undefined && last !== undefined) {
    found[0] = first;
    found[found.length - 1] = last;
  }
  return found;
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, v) => sum + v, 0) / values.length;
export const smallest = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
export const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
