import type uPlot from "uplot";
import type { ValueScale } from "../scales/valueScale";
import type { ColourRole } from "../shared/chartColours";
import type { CurveValue } from "../shared/series";
import { smooth } from "./smoothing";
import type { Band } from "./spreadBand";
import { bucketSteps, inBuckets, largest, mean, smallest } from "./stepBuckets";

/** One line of a chart with its optional band. `values` are the means, before smoothing. */
export interface CurveLine {
  readonly key: string;
  readonly label: string;
  readonly colour: ColourRole;
  readonly values: readonly CurveValue[];
  readonly band: Band | null;
  /** Whether the values are shares, 0 to 1, which are read as percentages. */
  readonly isShare?: boolean;
}

/** Columns of uPlot per line, in this order. */
const COLUMNS_PER_LINE = 6;
export const LOW = 0;
export const HIGH = 1;
/** Smallest and largest value of the steps that one point stands for. */
export const MIN = 2;
export const MAX = 3;
export const RAW = 4;
export const MAIN = 5;

/** Where a column of the n-th line stands in uPlot's data, whose column 0 is x. */
export const columnOf = (line: number, part: number): number => 1 + line * COLUMNS_PER_LINE + part;

/** How lines become columns. */
export interface Drawing {
  /** The weight of the moving average. */
  readonly smoothing: number;
  /** From where to where the average takes values in; null for all. */
  readonly usual: readonly [number, number] | null;
  readonly scale: ValueScale;
  /** Steps that make one point of a line; see `bucketSize`. */
  readonly bucket: number;
}

/**
 * uPlot's data for the lines, as heights of the scale: always all columns of each, so that switching a band or the
 * smoothing on and off is a change of data and not a new chart. A point that stands for many steps is their mean, and
 * the area around it goes from the smallest to the largest of them.
 */
export function plotData(
  x: readonly number[],
  lines: readonly CurveLine[],
  { smoothing, usual, scale, bucket }: Drawing,
): uPlot.AlignedData {
  const isDense = bucket > 1;
  const steps = isDense ? bucketSteps(x, bucket) : x;
  const nothing: undefined[] = new Array(steps.length).fill(undefined);
  // Bands are smoothed with the same weight as their line, so that they fit it.
  const points = (values: readonly CurveValue[]) =>
    isDense ? inBuckets(smooth(values, smoothing, usual), bucket, mean) : smooth(values, smoothing, usual);
  const columns = lines.flatMap(({ values, band }) => [
    band ? points(band.low) : nothing,
    band ? points(band.high) : nothing,
    isDense ? inBuckets(values, bucket, smallest) : nothing,
    isDense ? inBuckets(values, bucket, largest) : nothing,
    smoothing > 0 && !isDense ? values : nothing,
    points(values),
  ]);
  // uPlot does not write to its data, though its types allow it.
  return [steps as number[], ...columns.map((column) => heights(column, scale) as CurveValue[])];
}

/** What the scale has no place for breaks the line. */
function heights(values: readonly CurveValue[], scale: ValueScale): readonly CurveValue[] {
  if (scale.kind === "linear") return values;
  return values.map((value) => {
    if (value == null) return value;
    const height = scale.forward(value);
    return Number.isFinite(height) ? height : null;
  });
}
