import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import { tickLabels, widestText } from "../scales/axisLabels";
import { type LinearScale, linearScale, ticks } from "../scales/linearScale";
import { chartPalette } from "./chartColours";
import { useWidth } from "./useWidth";

/** Space around the plotting area, in CSS pixels; at the left and the right at least so much, and what the labels need. */
const MARGIN = { left: 24, right: 8, top: 6, bottom: 20 } as const;
/** Between a number of the axis and the plotting area. */
const LABEL_GAP = 5;

/** Scales of the plotting area, and its edges in pixels of the drawing. */
export interface PlotArea {
  readonly x: LinearScale;
  readonly y: LinearScale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface AxisFrameProps {
  /** Read aloud in place of the drawing. */
  readonly label: string;
  readonly height: number;
  readonly xRange: readonly [number, number];
  readonly yRange: readonly [number, number];
  /** What stands along x is counted, as samples are: there is nothing between two whole numbers. */
  readonly isCounted?: boolean;
  readonly children: (area: PlotArea) => ComponentChildren;
  /** A click inside the plotting area, or Enter on the focused drawing with x as null. */
  readonly onPick?: (x: number | null, y: number | null) => void;
  /** The pointer's place along x, null when it leaves. */
  readonly onHover?: (x: number | null, y: number | null) => void;
  readonly onKey?: (event: KeyboardEvent) => void;
}

/** A drawing with two axes, as SVG: its colours are CSS properties and follow the theme. */
export function AxisFrame(props: AxisFrameProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const width = useWidth(host);
  const { height, xRange, yRange, onPick, onHover, onKey } = props;
  const { area, xTicks, yTicks } = layout(width, height, xRange, yRange, props.isCounted === true);
  const reportPlace = (event: MouseEvent, report: NonNullable<AxisFrameProps["onPick"]>) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    report(area.x.invert(event.clientX - box.left), area.y.invert(event.clientY - box.top));
  };
  return (
    <div ref={host} class="chart-frame" style={{ height: `${height}px` }}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={props.label}
          tabIndex={onKey ? 0 : -1}
          class={onPick ? "chart-svg chart-svg-pick" : "chart-svg"}
          onKeyDown={onKey}
          onClick={onPick && ((event) => reportPlace(event, onPick))}
          onMouseMove={onHover && ((event) => reportPlace(event, onHover))}
          onMouseLeave={onHover && (() => onHover(null, null))}
        >
          <Axes area={area} xTicks={xTicks} yTicks={yTicks} />
          {props.children(area)}
        </svg>
      )}
    </div>
  );
}

interface Tick {
  readonly value: number;
  readonly label: string;
}

const labelled = (values: readonly number[]): Tick[] => {
  const labels = tickLabels(values);
  return values.map((value, i) => ({ value, label: labels[i] ?? "" }));
};

/** The plotting area between the numbers of its axes, which are measured so that none is cut. */
function layout(
  width: number,
  height: number,
  xRange: readonly [number, number],
  yRange: readonly [number, number],
  isCounted: boolean,
): { area: PlotArea; xTicks: Tick[]; yTicks: Tick[] } {
  const [top, bottom] = [MARGIN.top, height - MARGIN.bottom];
  const { font } = chartPalette();
  const yTicks = labelled(ticks(...yRange, Math.max((bottom - top) / 34, 2)));
  const wide = widestText(
    yTicks.map((tick) => tick.label),
    font,
  );
  const left = Math.max(MARGIN.left, wide + 2 * LABEL_GAP);
  const across = ticks(...xRange, Math.max((width - left) / 80, 2));
  const xTicks = labelled(isCounted ? across.filter(Number.isInteger) : across);
  // A number below the very end of the axis stands half beyond it.
  const end =
    widestText(
      xTicks.slice(-1).map((tick) => tick.label),
      font,
    ) / 2;
  const right = Math.max(width - Math.max(MARGIN.right, Math.ceil(end)), left + 1);
  const area = {
    x: linearScale(...xRange, left, right),
    y: linearScale(...yRange, bottom, top),
    left,
    right,
    top,
    bottom,
  };
  return { area, xTicks, yTicks };
}

interface AxesProps {
  readonly area: PlotArea;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
}

function Axes({ area, xTicks, yTicks }: AxesProps) {
  const { x, y, left, right, bottom } = area;
  return (
    <g class="chart-axes">
      {yTicks.map(({ value, label }) => (
        <g key={value} transform={`translate(0 ${Math.round(y(value)) + 0.5})`}>
          <line x1={left} x2={right} />
          <text x={left - LABEL_GAP} dy="0.32em" text-anchor="end">
            {label}
          </text>
        </g>
      ))}
      {xTicks.map(({ value, label }) => (
        <g key={value} transform={`translate(${Math.round(x(value)) + 0.5} 0)`}>
          <line y1={bottom} y2={bottom + 3} />
          <text y={bottom + 14} text-anchor="middle">
            {label}
          </text>
        </g>
      ))}
      <line x1={left} x2={right} y1={bottom + 0.5} y2={bottom + 0.5} class="chart-base" />
    </g>
  );
}
