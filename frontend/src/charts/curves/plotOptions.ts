import type uPlot from "uplot";
import { axisWidth, percentLabels, tickLabels } from "../scales/axisLabels";
import { ticksApart, type ValueScale } from "../scales/valueScale";
import { type ColourRole, chartPalette, faded } from "../shared/chartColours";
import { columnOf, HIGH, LOW, MAX, MIN } from "./plotColumns";

/**
 * What the chart asks for and reports while it exists; read anew each time, so that it may change without a new chart.
 */
export interface PlotCallbacks {
  /** The ends of the axis of steps. */
  readonly range: () => readonly [number, number];
  /** The ends of the axis of values, as heights of the scale. */
  readonly drawn: () => readonly [number, number];
  readonly scale: () => ValueScale;
  /** Whether all values are shares. */
  readonly isShare: () => boolean;
  readonly formatX: (value: number) => string;
  readonly onCursor: (plot: uPlot) => void;
  readonly onBrush: (plot: uPlot) => void;
  readonly onDraw: (plot: uPlot) => void;
  /** Whether the click that ends a drag belongs to a brush, and is no choice of a step. */
  readonly brushed: () => boolean;
}

/** Charts with the same key move their cursors together. */
const SYNC_KEY = "rlboard-steps";
const STEP_INCREMENTS = [0, 1, 2, 3, 4, 5, 6, 7, 8].flatMap((e) => [1, 2, 5].map((unit) => unit * 10 ** e));
/** Height of a chart for each number beside it, its step axis left out. */
const TICK_SPACE_PX = 34;
const MIN_TICK_SPACE_PX = 15;
/** What the axis of the steps and the air above the plot take of its height. */
export const STEP_AXIS = 28;

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
      x: { time: false, range: () => xRange(...callbacks.range()) },
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
        size: (_, labels) => axisWidth(labels, chartPalette().font),
        ticks: { show: false },
        splits: (plot, _, low, high) => valueSplits(callbacks.scale(), low, high, plot.height),
        values: (_, splits) => {
          const values = splits.map(callbacks.scale().inverse);
          return callbacks.isShare() ? percentLabels(values) : tickLabels(values);
        },
      },
    ],
    series: [{}, ...colours.flatMap(seriesOf)],
    bands: colours.flatMap((colour, line) => [
      bandBetween(line, HIGH, LOW, colour, 0.16),
      bandBetween(line, MAX, MIN, colour, 0.32),
    ]),
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

function valueSplits(scale: ValueScale, low: number, high: number, height: number): number[] {
  const pixels = height - STEP_AXIS;
  const wanted = Math.max(2, Math.round(pixels / TICK_SPACE_PX));
  const found = scale.ticks(scale.inverse(low), scale.inverse(high), wanted);
  return ticksApart(found, scale, ((high - low) / pixels) * MIN_TICK_SPACE_PX).map(scale.forward);
}

const onlyMoves = (type: string) => type === "mousemove";

/** Stops the click that ends a brush. uPlot itself would stop any click after the slightest movement. */
function stopClickAfterBrush(brushed: () => boolean): (plot: uPlot, event: MouseEvent) => void {
  return (_, event) => {
    if (brushed()) event.stopImmediatePropagation();
  };
}

/** uPlot's own default would pad a single step to a hundred. */
const xRange = (from: number, to: number): [number, number] =>
  from === to ? [from - 0.5, to + 0.5] : [from, to];

const bandBetween = (line: number, upper: number, lower: number, colour: ColourRole, opacity: number) => ({
  series: [columnOf(line, upper), columnOf(line, lower)] as [number, number],
  fill: () => faded(chartPalette().series[colour], opacity),
});

function seriesOf(colour: ColourRole): uPlot.Series[] {
  const edge = { points: { show: false }, width: 0, stroke: "transparent" };
  return [
    edge,
    edge,
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
