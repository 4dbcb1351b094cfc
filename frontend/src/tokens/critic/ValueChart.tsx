import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import plotCss from "uplot/dist/uPlot.min.css?inline";
import { type ColourRole, chartPalette } from "../../charts/shared/chartColours";
import { findMessage, t } from "../../i18n";
import { num } from "../../lib/format";
import { metricHint, metricLabel } from "../../metrics";
import { adopt, CollapsibleSection } from "../../ui";
import type { TokenViewState } from "../shared/tokenViewState";
import { type DiscountFactors, discountText } from "./discountText";
import { type ValueLine, valueLines } from "./valueLines";

const HEIGHT = 150;
const COLOUR: Record<ValueLine["metric"], ColourRole> = {
  values: "policy",
  return_to_go: "pos",
  returns: "s1",
  value_error: "muted",
};

export interface ValueChartProps {
  viewState: TokenViewState;
  factors: DiscountFactors;
  /** What the error is against: "returns" (logged), "gae" (recomputed), or null where there is none. */
  target: string | null;
}

/** Value against return-to-go over the positions; a click goes to the token. */
export function ValueChart({ viewState, factors, target }: ValueChartProps): JSX.Element {
  const found = useMemo(() => valueLines(viewState.data), [viewState]);
  const gamma = discountText(factors);
  const against = findMessage(`sample.values.target.${target}`, { gamma });
  return (
    <CollapsibleSection id="values" title={t("sample.values.title", { gamma })} testId="chart-values">
      {found.needs.length > 0 ? (
        <p class="muted">{t("sample.values.needs", { fields: found.needs.join(", ") })}</p>
      ) : (
        <>
          <p class="chart-key">
            {found.lines.map(({ metric }) => (
              <span key={metric} title={metricHint(metric)} data-line={metric}>
                {metricLabel(metric)}
              </span>
            ))}
            {against !== null && <span class="muted">{against}</span>}
            {found.nonFinite > 0 && (
              <span class="odd">{t("sample.values.left_out", { n: found.nonFinite })}</span>
            )}
          </p>
          <Plot viewState={viewState} lines={found.lines} />
        </>
      )}
    </CollapsibleSection>
  );
}

function Plot({ viewState, lines }: { viewState: TokenViewState; lines: readonly ValueLine[] }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (element === null || element.clientWidth === 0) return undefined;
    adopt(plotCss);
    const positions = viewState.data.shown.map((_, i) => i);
    const plot = new uPlot(
      optionsOf(element.clientWidth, lines),
      [positions, ...lines.map((line) => line.numbers)],
      element,
    );
    plot.over.addEventListener("click", () => {
      if (plot.cursor.idx != null) viewState.focus(plot.cursor.idx, false);
    });
    const stops = [
      effect(() => {
        if (chartPalette()) plot.redraw(false, true);
      }),
    ];
    // uPlot cannot place the cursor before its first layout.
    plot.hooks.ready = [() => void stops.push(effect(() => point(plot, viewState.current.value)))];
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    observer.observe(element);
    return () => {
      for (const stop of stops) stop();
      observer.disconnect();
      plot.destroy();
    };
  }, [viewState, lines]);
  return (
    <div
      ref={host}
      class="value-chart"
      role="img"
      aria-label={summary(lines)}
      style={{ height: `${HEIGHT}px` }}
    />
  );
}

/** Puts the chart's cursor on a token. */
function point(plot: uPlot, i: number | null): void {
  if (i !== null) plot.setCursor({ left: plot.valToPos(i, "x"), top: 0 }, false);
}

function optionsOf(width: number, lines: readonly ValueLine[]): uPlot.Options {
  const axis = { stroke: () => chartPalette().text, font: chartPalette().font, gap: 4 };
  const grid = { stroke: () => chartPalette().grid, width: 1 };
  const format = (_: uPlot, splits: number[]): string[] => splits.map(num);
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    padding: [6, 8, 0, 0],
    scales: { x: { time: false } },
    axes: [
      {
        ...axis,
        grid,
        size: 26,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000],
      },
      { ...axis, grid, size: 50, space: 26, values: format },
    ],
    series: [
      {},
      ...lines.map(({ metric }) => ({
        label: metric,
        stroke: () => chartPalette().series[COLOUR[metric]],
        width: metric === "value_error" ? 1 : 1.5,
        ...(metric === "value_error" ? { dash: [4, 3] } : {}),
        points: { show: false },
      })),
    ],
    cursor: { y: false, drag: { x: true, y: false } },
  };
}

/** The chart in words: the range of each line and the mean squared error. */
function summary(lines: readonly ValueLine[]): string {
  const parts = lines.map(({ metric, numbers }) => {
    const finite = numbers.filter((x) => x !== null);
    const [min, max] = finite.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
    return t("sample.values.range", { name: metricLabel(metric), min: num(min), max: num(max) });
  });
  return parts.join("; ");
}
