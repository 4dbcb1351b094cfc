import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import { type LinearScale, linearScale, ticks } from "./linearScale";
import { useWidth } from "./useWidth";

/** Space around the plotting area for the numbers of the axes, in CSS pixels. */
export const MARGIN = { left: 46, right: 8, top: 6, bottom: 20 } as const;

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
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
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
  const area = plotArea(width, height, xRange, yRange);
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
          <Axes area={area} formatX={props.formatX} formatY={props.formatY} />
          {props.children(area)}
        </svg>
      )}
    </div>
  );
}

function plotArea(
  width: number,
  height: number,
  xRange: readonly [number, number],
  yRange: readonly [number, number],
): PlotArea {
  const [left, right] = [MARGIN.left, Math.max(width - MARGIN.right, MARGIN.left + 1)];
  const [top, bottom] = [MARGIN.top, height - MARGIN.bottom];
  return {
    x: linearScale(...xRange, left, right),
    y: linearScale(...yRange, bottom, top),
    left,
    right,
    top,
    bottom,
  };
}

function Axes({ area, formatX, formatY }: Pick<AxisFrameProps, "formatX" | "formatY"> & { area: PlotArea }) {
  const { x, y, left, right, top, bottom } = area;
  return (
    <g class="chart-axes">
      {ticks(y.from, y.to, Math.max((bottom - top) / 34, 2)).map((value) => (
        <g key={value} transform={`translate(0 ${Math.round(y(value)) + 0.5})`}>
          <line x1={left} x2={right} />
          <text x={left - 5} dy="0.32em" text-anchor="end">
            {formatY(value)}
          </text>
        </g>
      ))}
      {ticks(x.from, x.to, Math.max((right - left) / 80, 2)).map((value) => (
        <g key={value} transform={`translate(${Math.round(x(value)) + 0.5} 0)`}>
          <line y1={bottom} y2={bottom + 3} />
          <text y={bottom + 14} text-anchor="middle">
            {formatX(value)}
          </text>
        </g>
      ))}
      <line x1={left} x2={right} y1={bottom + 0.5} y2={bottom + 0.5} class="chart-base" />
    </g>
  );
}
