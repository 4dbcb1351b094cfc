import type uPlot from "uplot";
import { tickLabels, widestText } from "../scales/axisLabels";
import type { ValueScale } from "../scales/valueScale";
import { type ColourRole, chartPalette, faded } from "../shared/chartColours";
import { columnOf, HIGH, LOW } from "./plotColumns";

/**
 * What the chart asks for and reports while it exists; read anew each time, so that it may change without a new chart.
 */
export interface PlotCallbacks {
  /** Steps shown along x, or null for all. */
  readonly range: () => readonly [number, number] | null;
  /** The ends of the axis of values, as heights of the scale. */
  readonly drawn: () => readonly [number, number];
  readonly scale: () => ValueScale;
  readonly formatX: (value: number) => string;
  readonly onCursor: (plot: uPlot) => void;
  readonly onBrush: (plot: uPlot) => void;
  readonly onDraw: (plot: uPlot) => void;
  /** Whether the click that ends a drag belongs to a brush, and is no choice of a step. */
  readonly brushed: () => boolean;
}

/** Charts with the same key move their cursors together. */
export const SYNC_KEY = "rlboard-steps";
const STEP_INCREMENTS = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((e) => [1, 2, 5].map((unit) => unit * 10 ** e));
/** To both sides of the numbers beside the axis of values. */
const AXIS_GAPS = 10;
/** Height of a chart for each number beside it, its step axis left out. */
const TICK_SPACE = 34;
const STEP_AXIS = 28;

/** Options of a chart of `colours.length` lines; see `plotData` for the columns. */
export function plotOptions(
  width: number,
  height: number,
  colours: readonly ColourRole[],
  callbacks: PlotCallbacks,
): uPlot.Options {
  const axis = { stroke: () => chartPalette().text, font: chartPalette().font, gap: 4 };
  const grid = { stroke: () => chartPalette().grid, width: 1 };
  return {
    width,
    height,
    legend: { show: false },
    padding: [6, null, 0, 0],
    scales: {
      x: { time: false, range: (plot) => xRange(callbacks.range(), plot.data[0]) },
      y: { range: () => [...callbacks.drawn()] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 22,
        space: 56,
        incrs: STEP_INCREMENTS,
        ticks: { ...grid, size: 3 },
        values: (_, splits) => splits.map(callbacks.formatX),
      },
      {
        ...axis,
        grid,
        // Measured, never cut: an axis that loses a sign or a digit tells a lie.
        size: (_, labels) => (labels ? widestText(labels, chartPalette().font) + AXIS_GAPS : 0),
        ticks: { show: false },
        splits: (plot, _, low, high) => valueSplits(callbacks.scale(), low, high, plot.height),
        values: (_, splits) => tickLabels(splits.map(callbacks.scale().inverse)),
      },
    ],
    series: [{}, ...colours.flatMap(seriesOf)],
    bands: colours.map((colour, line) => ({
      series: [columnOf(line, HIGH), columnOf(line, LOW)],
      fill: () => faded(chartPalette().series[colour], 0.18),
    })),
    cursor: {
      y: false,
      // Along the steps, along the values, or, where a drag is long both ways, a box of both.
      drag: {
        x: true,
        y: true,
        uni: 24,
        setScale: false,
        dist: 5,
        click: stopClickAfterBrush(callbacks.brushed),
      },
      points: { size: 6 },
      // Only cursor positions are shared between charts; drags and double clicks change the selection instead.
      sync: { key: SYNC_KEY, scales: ["x", null], filters: { pub: onlyMoves, sub: onlyMoves } },
    },
    hooks: { setCursor: [callbacks.onCursor], setSelect: [callbacks.onBrush], draw: [callbacks.onDraw] },
  };
}

const valueSplits = (scale: ValueScale, low: number, high: number, height: number): number[] =>
  scale
    .ticks(
      scale.inverse(low),
      scale.inverse(high),
      Math.max(2, Math.round((height - STEP_AXIS) / TICK_SPACE)),
    )
    .map(scale.forward);

const onlyMoves = (type: string) => type === "mousemove";

/** Stops the click that ends a brush. uPlot itself would stop any click after the slightest movement. */
function stopClickAfterBrush(brushed: () => boolean): (plot: uPlot, event: MouseEvent) => void {
  return (_, event) => {
    if (brushed()) event.stopImmediatePropagation();
  };
}

/** The chosen range, else all of x. uPlot's own default would pad a single step to a hundred. */
function xRange(chosen: readonly [number, number] | null, x: ArrayLike<number>): [number, number] {
  const [from, to] = chosen ?? [x[0] ?? 0, x[x.length - 1] ?? 1];
  return from === to ? [from - 0.5, to + 0.5] : [from, to];
}

function seriesOf(colour: ColourRole): uPlot.Series[] {
  const edge = { points: { show: false }, width: 0, stroke: "transparent" };
  return [
    edge,
    edge,
    { points: { show: false }, width: 1, stroke: () => faded(chartPalette().series[colour], 0.35) },
    {
      width: 1.5,
      stroke: () => chartPalette().series[colour],
      points: { size: 4, fill: () => chartPalette().series[colour] },
    },
  ];
}
