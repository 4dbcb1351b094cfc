import type uPlot from "uplot";
import type { ValueScale } from "../scales/valueScale";
import type { ColourRole } from "../shared/chartColours";
import type { CurveValue } from "../shared/series";
import { smooth } from "./smoothing";
import type { Band } from "./spreadBand";

/** One line of a chart with its optional band. `values` are the means, before smoothing. */
export interface CurveLine {
  readonly key: string;
  readonly label: string;
  readonly colour: ColourRole;
  readonly values: readonly CurveValue[];
  readonly band: Band | null;
}

/** Columns of uPlot per line, in this order. */
export const COLUMNS_PER_LINE = 4;
export const LOW = 0;
export const HIGH = 1;
export const RAW = 2;
export const MAIN = 3;

/** Where a column of the n-th line stands in uPlot's data, whose column 0 is x. */
export const columnOf = (line: number, part: number): number => 1 + line * COLUMNS_PER_LINE + part;

/**
 * uPlot's data for the lines, as heights of the scale: always low, high, raw and main of each, so that switching a band
 * or the smoothing on and off is a change of data and not a new chart.
 */
export function plotData(
  x: readonly number[],
  lines: readonly CurveLine[],
  weight: number,
  scale: ValueScale,
): uPlot.AlignedData {
  const nothing: undefined[] = new Array(x.length).fill(undefined);
  const columns = lines.flatMap((line) => [
    // Smoothed with the same weight as the line, so that the band fits it.
    line.band ? heights(smooth(line.band.low, weight), scale) : nothing,
    line.band ? heights(smooth(line.band.high, weight), scale) : nothing,
    weight > 0 ? heights(line.values, scale) : nothing,
    heights(smooth(line.values, weight), scale),
  ]);
  // uPlot does not write to its data, though its types allow it.
  return [x as number[], ...(columns as CurveValue[][])];
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
