import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import plotCss from "uplot/dist/uPlot.min.css?inline";
import { axisWidth, tickLabels } from "../../charts/scales/axisLabels";
import { type ColourRole, chartPalette } from "../../charts/shared/chartColours";
import { t } from "../../i18n";
import { formatNumber } from "../../lib/format";
import { metricLabel } from "../../metrics";
import { adoptStyles } from "../../ui";
import type { TokenViewState } from "../shared/tokenViewState";
import { paintMasked } from "./paintMasked";
import { onPlotKey } from "./plotKeys";

/** On a low screen the chart leaves room for the text, and its axis is not cut. */
const plotHeight = (): number => (window.innerHeight <= 560 ? 120 : 150);
/** A shorter way of the pressed pointer is a click and no zoom. */
const DRAG_PX = 4;

/** One line of the plot, with a number for each token; null where there is nothing to draw. */
export interface PositionLine {
  metric: string;
  numbers: (number | null)[];
  colour: ColourRole;
  dashed: boolean;
}

export interface PositionPlotProps {
  viewState: TokenViewState;
  lines: readonly PositionLine[];
}

/** Numbers over the positions of the response. Dragging zooms, a double click shows all again, a click goes to the token; keys do the same. */
export function PositionPlot({ viewState, lines }: PositionPlotProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot | null>(null);
  useEffect(() => {
    const element = host.current;
    if (element === null || element.clientWidth === 0) return undefined;
    adoptStyles(plotCss);
    const positions = viewState.data.shown.map((_, i) => i);
    const plot = new uPlot(
      optionsOf(element.clientWidth, lines, viewState.data.mask),
      [positions, ...lines.map((line) => line.numbers)],
      element,
    );
    drawn.current = plot;
    let pressedAt = 0;
    plot.over.addEventListener("mousedown", ({ clientX }) => {
      pressedAt = clientX;
    });
    // Where the click is, and not where the cursor was last drawn: a quick hand is ahead of it.
    plot.over.addEventListener("click", ({ clientX, offsetX }) => {
      if (Math.abs(clientX - pressedAt) < DRAG_PX) viewState.focus(plot.posToIdx(offsetX), false);
    });
    const stops = [
      effect(() => {
        if (chartPalette()) plot.redraw(false, true);
      }),
    ];
    // uPlot cannot place the cursor before its first layout.
    plot.hooks.ready = [() => void stops.push(effect(() => point(plot, viewState.current.value)))];
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height: plotHeight() });
    });
    observer.observe(element);
    return () => {
      for (const stop of stops) stop();
      observer.disconnect();
      drawn.current = null;
      plot.destroy();
    };
  }, [viewState, lines]);
  return (
    <div
      ref={host}
      class="value-chart"
      role="img"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: + and − zoom, and arrow keys walk the tokens here.
      tabIndex={0}
      aria-label={summary(lines)}
      onKeyDown={(event) => onPlotKey(event, drawn.current, viewState)}
      style={{ minHeight: `${plotHeight()}px` }}
    />
  );
}

/** Puts the chart's cursor on a token. */
function point(plot: uPlot, i: number | null): void {
  if (i !== null) plot.setCursor({ left: plot.valToPos(i, "x"), top: 0 }, false);
}

function optionsOf(
  width: number,
  lines: readonly PositionLine[],
  mask: readonly boolean[] | null,
): uPlot.Options {
  const axis = { stroke: () => chartPalette().text, font: chartPalette().font, gap: 4 };
  const grid = { stroke: () => chartPalette().grid, width: 1 };
  return {
    width,
    height: plotHeight(),
    legend: { show: false },
    padding: [6, 8, 0, 0],
    scales: { x: { time: false } },
    axes: [
      {
        ...axis,
        grid,
        size: 26,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000],
        values: (_, splits) => splits.map(formatNumber),
      },
      {
        ...axis,
        grid,
        // `axisWidth` has room for ticks of this length.
        ticks: { ...grid, size: 3 },
        size: (_, labels) => axisWidth(labels, chartPalette().font),
        space: 26,
        values: (_, splits) => tickLabels(splits),
      },
    ],
    series: [
      {},
      ...lines.map(({ metric, colour, dashed }) => ({
        label: metric,
        stroke: () => chartPalette().series[colour],
        width: dashed ? 1 : 1.5,
        ...(dashed ? { dash: [4, 3] } : {}),
        points: { show: false },
      })),
    ],
    // uPlot would keep every click to itself that comes before its own cursor has caught up with the pointer.
    cursor: { y: false, drag: { x: true, y: false, dist: DRAG_PX, click: () => undefined } },
    hooks: { drawClear: [(plot) => paintMasked(plot, mask)] },
  };
}

/** The chart in words: the range of each line. */
function summary(lines: readonly PositionLine[]): string {
  const parts = lines.map(({ metric, numbers }) => {
    const finite = numbers.filter((x) => x !== null);
    const [min, max] = finite.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
    const ends = { min: formatNumber(min), max: formatNumber(max) };
    return t("sample.critic.range", { name: metricLabel(metric), ...ends });
  });
  return parts.join("; ");
}
