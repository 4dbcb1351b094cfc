import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type LinearScale, paddedRange } from "../scales/linearScale";
import { AxisFrame } from "../shared/AxisFrame";
import { cssColour } from "../shared/chartColours";
import { walkMarks } from "./markKeys";
import type { SampleMark } from "./sampleMarks";

type Bar = SampleMark & { readonly value: number };

export interface SampleBarsProps {
  readonly label: string;
  readonly height: number;
  readonly bars: readonly Bar[];
  /** Values to compare with, ascending as the bars are: a line over them from end to end, however many there are. */
  readonly beside: readonly number[] | null;
  readonly selected: string | null;
  readonly describe: (bar: SampleMark) => string;
  readonly onOpen: (id: string) => void;
}

/** One bar per sample from zero up or down; what is exactly zero stays visible as a tick on the line. */
export function SampleBars(props: SampleBarsProps): JSX.Element {
  const { bars, beside, selected, describe, onOpen } = props;
  const [at, setAt] = useState<number | null>(null);
  const current = at === null ? undefined : bars[at];
  const nearest = (x: number) => Math.min(Math.max(Math.round(x), 0), bars.length - 1);
  return (
    <div class="chart-with-line">
      <AxisFrame
        label={props.label}
        height={props.height}
        xRange={[-0.5, Math.max(bars.length, 1) - 0.5]}
        isCounted
        yRange={paddedRange([0, ...bars.map((bar) => bar.value), ...(beside ?? [])])}
        onHover={(x) => setAt(x === null || bars.length === 0 ? null : nearest(x))}
        onPick={(x) => {
          const bar = x === null ? current : bars[nearest(x)];
          if (bar) onOpen(bar.id);
        }}
        onKey={(event) => walkMarks(event, bars, at, setAt, onOpen)}
      >
        {({ x, y, left, right, top, bottom }) => {
          const width = Math.max(((right - left) / Math.max(bars.length, 1)) * 0.85, 0.75);
          const open = bars.findIndex((bar) => bar.id === selected);
          return (
            <>
              {current && <line class="chart-hover" x1={x(at ?? 0)} x2={x(at ?? 0)} y1={top} y2={bottom} />}
              <path fill={cssColour("pos")} d={barsPath(bars, (v) => v > 0, x, y, width)} />
              <path fill={cssColour("neg")} d={barsPath(bars, (v) => v < 0, x, y, width)} />
              <path fill={cssColour("muted")} d={barsPath(bars, (v) => v === 0, x, y, width)} />
              {beside !== null && <path class="chart-beside" d={besidePath(beside, bars.length, x, y)} />}
              <line class="chart-base" x1={left} x2={right} y1={y(0)} y2={y(0)} />
              {open >= 0 && <line class="chart-open" x1={x(open)} x2={x(open)} y1={top} y2={bottom} />}
            </>
          );
        }}
      </AxisFrame>
      <p class="chart-line" aria-live="polite">
        {current ? describe(current) : " "}
      </p>
    </div>
  );
}

/** The values as steps of a line, stretched to the width of so many bars. */
function besidePath(values: readonly number[], bars: number, x: LinearScale, y: LinearScale): string {
  const each = bars / Math.max(values.length, 1);
  return values
    .map((value, i) => {
      const [from, to] = [x(i * each - 0.5), x((i + 1) * each - 0.5)];
      return `${i === 0 ? "M" : "L"}${from.toFixed(2)} ${y(value).toFixed(1)}H${to.toFixed(2)}`;
    })
    .join("");
}

function barsPath(
  bars: readonly Bar[],
  wanted: (value: number) => boolean,
  x: LinearScale,
  y: LinearScale,
  width: number,
): string {
  const zero = y(0);
  return bars
    .map((bar, i) => {
      if (!wanted(bar.value)) return "";
      const left = (x(i) - width / 2).toFixed(2);
      const [from, to] = bar.value === 0 ? [zero - 1.5, zero + 1.5] : [zero, y(bar.value)];
      return `M${left} ${from.toFixed(1)}h${width.toFixed(2)}V${to.toFixed(1)}h${(-width).toFixed(2)}z`;
    })
    .join("");
}
