import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { LinearScale } from "../scales/linearScale";
import { AxisFrame } from "../shared/AxisFrame";
import { type ColourRole, cssColour } from "../shared/chartColours";

/** One distribution over the shared bins. */
export interface HistogramShape {
  readonly key: string;
  readonly label: string;
  readonly colour: ColourRole | "pin";
  /** Filled bars for the distribution in question, an outline for what it is compared with. */
  readonly filled: boolean;
  readonly counts: readonly number[];
  /** Values of the distribution, those outside the bins among them. */
  readonly total: number;
  readonly curve: readonly number[] | null;
}

export interface HistogramProps {
  readonly label: string;
  readonly height: number;
  readonly edges: readonly number[];
  readonly shapes: readonly HistogramShape[];
  /** Places along x of every shape's curve. */
  readonly curveX: readonly number[];
  readonly show: { readonly bars: boolean; readonly curve: boolean };
  /** How high bars are: by the density of values, so that distributions of different sizes compare, or by their number. */
  readonly heights?: "density" | "count";
  readonly describe: (bin: number) => string;
}

/** Distributions on the same bins and axes. On the scale of densities bars and curves enclose an area of 1 each. */
export function Histogram(props: HistogramProps): JSX.Element {
  const { edges, shapes, show } = props;
  const [bin, setBin] = useState<number | null>(null);
  const heights = shapes.map((shape) => (props.heights === "count" ? shape.counts : densities(edges, shape)));
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const top = Math.max(
    ...(show.bars ? heights.flat() : []),
    ...(show.curve ? shapes.flatMap((shape) => shape.curve ?? []) : []),
    Number.MIN_VALUE,
  );
  return (
    <div class="chart-with-line">
      <AxisFrame
        label={props.label}
        height={props.height}
        xRange={[first, last]}
        yRange={[0, top * 1.05]}
        onHover={(x) => setBin(x === null ? null : binOf(edges, x))}
      >
        {({ x, y }) => (
          <>
            {show.bars &&
              shapes.map((shape, i) => (
                <path
                  key={shape.key}
                  class={shape.filled ? "chart-bin" : "chart-bin-outline"}
                  style={{ color: shapeColour(shape) }}
                  d={barsPath(edges, heights[i] ?? [], x, y)}
                />
              ))}
            {show.curve &&
              shapes.map((shape) => (
                <path
                  key={shape.key}
                  class={shape.filled ? "chart-density" : "chart-density chart-density-thin"}
                  style={{ color: shapeColour(shape) }}
                  d={curvePath(props.curveX, shape.curve ?? [], x, y)}
                />
              ))}
          </>
        )}
      </AxisFrame>
      <p class="chart-line" aria-live="polite">
        {bin === null ? " " : props.describe(bin)}
      </p>
    </div>
  );
}

/** The colour of a distribution as CSS. */
export const shapeColour = (shape: Pick<HistogramShape, "colour">): string =>
  shape.colour === "pin" ? "var(--pin)" : cssColour(shape.colour);

/** Counts as densities: share of all values per unit of x, so that steps of different sizes compare. */
export function densities(
  edges: readonly number[],
  shape: Pick<HistogramShape, "counts" | "total">,
): number[] {
  return shape.counts.map((count, i) => {
    const width = (edges[i + 1] ?? 0) - (edges[i] ?? 0);
    return width > 0 && shape.total > 0 ? count / shape.total / width : 0;
  });
}

/** The bin that `x` falls into, the last edge belonging to the last bin; null outside. */
export function binOf(edges: readonly number[], x: number): number | null {
  const after = edges.findIndex((edge) => edge > x);
  if (after > 0) return after - 1;
  return x === edges.at(-1) && edges.length > 1 ? edges.length - 2 : null;
}

function barsPath(
  edges: readonly number[],
  heights: readonly number[],
  x: LinearScale,
  y: LinearScale,
): string {
  const steps = heights.map(
    (height, i) => `V${y(height).toFixed(1)}H${x(edges[i + 1] ?? edges[i] ?? 0).toFixed(1)}`,
  );
  return `M${x(edges[0] ?? 0).toFixed(1)} ${y(0).toFixed(1)}${steps.join("")}V${y(0).toFixed(1)}z`;
}

function curvePath(xs: readonly number[], ys: readonly number[], x: LinearScale, y: LinearScale): string {
  const inside = ys.flatMap((value, i) => {
    const at = xs[i];
    return at === undefined || at < x.from || at > x.to ? [] : [`${x(at).toFixed(1)} ${y(value).toFixed(1)}`];
  });
  return inside.length > 1 ? `M${inside.join("L")}` : "";
}
