/** Maps numbers of [from, to] to pixels of [start, end]; a range without width sits in the middle. */
export interface LinearScale {
  (value: number): number;
  readonly invert: (pixel: number) => number;
  readonly from: number;
  readonly to: number;
}

/** The scale that puts `from` at pixel `start` and `to` at pixel `end`. */
export function linearScale(from: number, to: number, start: number, end: number): LinearScale {
  const width = to - from;
  const scale = (value: number) =>
    width === 0 ? (start + end) / 2 : start + ((value - from) / width) * (end - start);
  const invert = (pixel: number) => (end === start ? from : from + ((pixel - start) / (end - start)) * width);
  return Object.assign(scale, { invert, from, to });
}

/** Below this share of themselves numbers are equal: they are the same one, added up in another order. */
const EQUAL_SHARE = 1e-12;

/** Whether two numbers differ in their last digits at most. */
export const isAlike = (a: number, b: number): boolean =>
  Math.abs(a - b) <= EQUAL_SHARE * Math.max(Math.abs(a), Math.abs(b));

/** Round numbers inside [from, to], about `wanted` of them, at distances of 1, 2 or 5 times a power of ten. */
export function ticks(from: number, to: number, wanted: number): number[] {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return [];
  // Between neighbours among floating numbers there is no round one, and counting on gets nowhere.
  if (to <= from || isAlike(from, to)) return [from];
  const rough = (to - from) / Math.max(wanted, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const distance = power * ([1, 2, 5, 10].find((unit) => unit * power >= rough) ?? 10);
  const found: number[] = [];
  for (let k = Math.ceil(from / distance - 1e-9); k * distance <= to + distance * 1e-9; k += 1) {
    // Ten digits: 0.1 + 0.2 is 0.3 again.
    found.push(Number((k * distance).toPrecision(10)));
  }
  return found;
}

/** [min, max] of the finite values with a margin at both ends; [0, 1] when there are none. */
export function paddedRange(values: Iterable<number | null | undefined>, air = 0.06): [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value == null || !Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) return [0, 1];
  const room = (isAlike(min, max) ? 0 : (max - min) * air) || Math.abs(max) * 0.1 || 0.5;
  return [min - room, max + room];
}
