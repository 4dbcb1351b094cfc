/**
 * One point of a curve. `undefined` means nothing was logged at this step (the line runs on), `null` that
 * something was logged and has no finite value (the line breaks).
 */
export type CurveValue = number | null | undefined;

/** Per-step columns of one metric, as far as a curve needs them. All arrays are as long as the steps. */
export interface StepColumns {
  readonly count: readonly CurveValue[];
  readonly nonfinite: readonly CurveValue[];
  readonly mean: readonly CurveValue[];
  readonly std: readonly CurveValue[];
  readonly min: readonly CurveValue[];
  readonly max: readonly CurveValue[];
  readonly p05: readonly CurveValue[];
  readonly p25: readonly CurveValue[];
  readonly p75: readonly CurveValue[];
  readonly p95: readonly CurveValue[];
}

/** Means per step with the two kinds of absence told apart. */
export function meansOf(columns: StepColumns): CurveValue[] {
  return columns.mean.map((mean, i) => {
    if (mean != null && Number.isFinite(mean)) return mean;
    return logged(columns, i) ? null : undefined;
  });
}

function logged(columns: StepColumns, i: number): boolean {
  return (columns.count[i] ?? 0) > 0 || (columns.nonfinite[i] ?? 0) > 0;
}

/** Finite values stay, NaN and ±Infinity become a break in the line, missing stays missing. */
export function drawableValues(values: readonly CurveValue[]): CurveValue[] {
  return values.map((value) => (value == null || Number.isFinite(value) ? value : null));
}

/** The first finite value, or 0 where there is none: what "start at zero" takes away from the curve. */
export function firstFinite(values: readonly CurveValue[]): number {
  return values.find((value) => value != null && Number.isFinite(value)) ?? 0;
}

/** Every value minus `by`; what is absent stays absent. */
export function subtract(values: readonly CurveValue[], by: number): CurveValue[] {
  return by === 0 ? [...values] : values.map((value) => (value == null ? value : value - by));
}

/** Index of the entry of ascending `sorted` that is nearest to `x` (the lower one on a tie); -1 when empty. */
export function nearestIndex(sorted: readonly number[], x: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < x) low = middle + 1;
    else high = middle;
  }
  const above = sorted[low];
  const below = sorted[low - 1];
  if (above === undefined) return -1;
  return below !== undefined && x - below <= above - x ? low - 1 : low;
}

/** The step `delta` places beside `step`, held inside the ends; the nearest one where `step` itself is absent. */
export function stepBeside(steps: readonly number[], step: number | null, delta: number): number | null {
  if (steps.length === 0) return null;
  if (step === null) return steps[delta < 0 ? 0 : steps.length - 1] ?? null;
  const at = nearestIndex(steps, step);
  const exact = steps[at] === step;
  const overshot = !exact && Math.sign((steps[at] as number) - step) === Math.sign(delta);
  const to = at + delta - (overshot ? Math.sign(delta) : 0);
  return steps[Math.min(Math.max(to, 0), steps.length - 1)] ?? null;
}

/** The index nearest to `at` where something was logged; `at` itself where nothing ever was. */
export function nearestLogged(values: readonly CurveValue[], at: number): number {
  for (let away = 0; away < values.length; away += 1) {
    if (values[at - away] !== undefined) return at - away;
    if (values[at + away] !== undefined) return at + away;
  }
  return at;
}

/** Smallest, largest and last finite value; null when there is none. */
export interface Extent {
  readonly min: number;
  readonly max: number;
  readonly last: number;
}

/** The extent of a curve. */
export function extentOf(values: readonly CurveValue[]): Extent | null {
  const finite = values.filter((value): value is number => value != null && Number.isFinite(value));
  const last = finite.at(-1);
  if (last === undefined) return null;
  // Not Math.min(...finite): a hundred thousand steps are too many arguments.
  const min = finite.reduce((a, b) => Math.min(a, b), last);
  const max = finite.reduce((a, b) => Math.max(a, b), last);
  return { min, max, last };
}

/** At most `most` indices below `length`, evenly spread, with the first, the last and those of `keep` among them. */
export function thinnedIndices(length: number, most: number, keep: readonly number[] = []): number[] {
  if (length <= most) return Array.from({ length }, (_, i) => i);
  const chosen = new Set(keep.filter((i) => i >= 0 && i < length));
  for (let k = 0; k < most; k += 1) chosen.add(Math.round((k * (length - 1)) / Math.max(most - 1, 1)));
  return [...chosen].sort((a, b) => a - b);
}
