import type { CurveValue } from "../shared/series";
import { isAlike } from "./linearScale";
import type { ValueScale } from "./valueScale";

/** Which values a chart shows: without rare outliers, all of them, or those from … to. */
export type ValueChoice = "robust" | "all" | readonly [number, number];

/** A curve and the edges of its band, whose range of values is looked for. */
export interface CurveWithBand {
  readonly values: readonly CurveValue[];
  readonly band: { readonly low: readonly CurveValue[]; readonly high: readonly CurveValue[] } | null;
}

/** A step whose value is not on the chart. */
export interface OffChartStep {
  readonly step: number;
  /** Beyond the upper or the lower end; or logged, and no finite number; or 0 and less on a log scale. */
  readonly why: "above" | "below" | "nonfinite" | "unscaled";
}

/** From where to where a chart goes, and what lies outside. */
export interface ValueView {
  /** The ends as heights of the scale. */
  readonly drawn: readonly [number, number];
  /** The ends as values. */
  readonly values: readonly [number, number];
  /** From where to where values are no outliers, whatever part of them is zoomed to; null where all are wanted. */
  readonly usual: readonly [number, number] | null;
  readonly marks: readonly OffChartStep[];
}

/** Fewer values than this have no outliers. */
const MIN_VALUES = 20;
/** How many times the width of the middle nine tenths a value has to lie outside of them. */
const FENCE = 1.5;
/** Air above and below the curve, as a share of its height. */
const PADDING_SHARE = 0.06;

/**
 * The values that a chart shows of the steps from … to.
 *
 * "robust" leaves out what lies beyond p5 − 1.5 (p95 − p5) or p95 + 1.5 (p95 − p5) of the means and band edges: a lone
 * spike does not take more than half of the height from the curve. A level that lasts is inside, and so is the newest value: it is looked for most.
 */
export function valueView(
  x: readonly number[],
  lines: readonly CurveWithBand[],
  steps: readonly [number, number] | null,
  scale: ValueScale,
  choice: ValueChoice,
): ValueView {
  const isShown = (i: number) =>
    steps === null || ((x[i] as number) >= steps[0] && (x[i] as number) <= steps[1]);
  const shown = (column: readonly CurveValue[]) =>
    column.filter((value, i): value is number => isDrawable(value, scale) && isShown(i));
  const means = lines.flatMap((line) => shown(line.values));
  const edges = lines.flatMap((line) =>
    line.band ? [...shown(line.band.low), ...shown(line.band.high)] : [],
  );
  const newest = lines.flatMap((line) => shown(line.values).at(-1) ?? []);
  const values = endsOf(means, edges, newest, scale, choice);
  const drawn = typeof choice === "string" ? padded(values, scale) : ends(values.map(scale.forward));
  const low = scale.inverse(drawn[0]);
  const high = scale.inverse(drawn[1]);
  const marks = lines.flatMap((line) =>
    line.values.flatMap((value, i): OffChartStep[] => {
      if (value === undefined || !isShown(i)) return [];
      const why = whyOutside(value, low, high, scale);
      return why === null ? [] : [{ step: x[i] as number, why }];
    }),
  );
  const usual = choice === "all" ? null : endsOf(means, edges, newest, scale, "robust");
  return { drawn, values: [low, high], usual, marks };
}

const isDrawable = (value: CurveValue, scale: ValueScale): boolean =>
  value != null && Number.isFinite(scale.forward(value));

function whyOutside(
  value: number | null,
  low: number,
  high: number,
  scale: ValueScale,
): OffChartStep["why"] | null {
  if (value === null || !Number.isFinite(value)) return "nonfinite";
  if (!isDrawable(value, scale)) return "unscaled";
  if (value > high) return "above";
  return value < low ? "below" : null;
}

function endsOf(
  means: readonly number[],
  edges: readonly number[],
  newest: readonly number[],
  scale: ValueScale,
  choice: ValueChoice,
): [number, number] {
  if (typeof choice !== "string") return ends(choice);
  const all = [...means, ...edges].sort((a, b) => a - b);
  const [least, most] = [all[0], all.at(-1)];
  if (least === undefined || most === undefined) return scale.kind === "log" ? [1, 10] : [0, 1];
  if (choice === "all" || scale.kind !== "linear" || all.length < MIN_VALUES) return [least, most];
  const [p05, p95] = [at(all, 0.05), at(all, 0.95)];
  const room = FENCE * (p95 - p05);
  // Constant but for a few steps: those few are what there is to see.
  if (room === 0) return [least, most];
  const inside = all.filter((value) => value >= p05 - room && value <= p95 + room);
  const [low, high] = [inside[0] ?? least, inside.at(-1) ?? most];
  const isFar = (beyond: number) => beyond > high - low;
  return [
    Math.min(isFar(low - least) ? low : least, ...newest),
    Math.max(isFar(most - high) ? high : most, ...newest),
  ];
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.round(share * (sorted.length - 1))] as number;

/** Air to both sides; a constant, but for its last digits, gets room of a tenth of itself, and 0 a whole. */
function padded([low, high]: readonly [number, number], scale: ValueScale): [number, number] {
  const [from, to] = [scale.forward(low), scale.forward(high)];
  const room =
    (isAlike(from, to) ? 0 : (to - from) * PADDING_SHARE) ||
    (scale.kind === "linear" ? Math.abs(to) * 0.1 : 0.1) ||
    1;
  return [from - room, to + room];
}

function ends(pair: readonly number[]): [number, number] {
  const [a = 0, b = 1] = pair.map((end) => (Number.isFinite(end) ? end : 0));
  return a === b ? [a - 0.5, a + 0.5] : [Math.min(a, b), Math.max(a, b)];
}
