import { effect } from "@preact/signals";
import uPlot from "uplot";
import { drawOffChartMarks } from "../scales/offChartMarks";
import { currentPalette } from "../shared/chartColours";
import { watchVisibleWidth } from "../shared/visibleWidth";
import { PlotPointer } from "./PlotPointer";
import { plotData } from "./plotColumns";
import { type PlotCallbacks, plotOptions } from "./plotOptions";
import type { PlotState } from "./plotState";
import { belowBands, StepBands } from "./StepBands";
import { StepMarkers } from "./StepMarkers";
import { bucketSize } from "./stepBuckets";

/** About what the numbers beside the axis of values take. */
const AXIS_WIDTH = 50;

/** How long new charts may be drawn within one frame, in ms; the others are drawn in the next frames. */
const FRAME_MS = 5;
let frame = { time: -1, began: 0 };

/** Whether the frame of this time has no room for a further chart; the first one always has. */
function isFrameSpent(time: number): boolean {
  const now = performance.now();
  if (frame.time !== time) frame = { time, began: now };
  return now - frame.began > FRAME_MS;
}

/** Owns one uPlot: creates it when first in sight, repaints it at most once per frame, destroys it with its element. */
export class CurvePlot {
  readonly #host: HTMLElement;
  readonly #stops: (() => void)[];
  #state: PlotState;
  #plot: uPlot | null = null;
  #bands: StepBands | null = null;
  #markers: StepMarkers | null = null;
  #painted: PlotState | null = null;
  #width = 0;
  #inSight = false;
  #frame = 0;
  #bucket = 0; // nothing is told yet
  readonly #pointer = new PlotPointer(() => this.#state);

  constructor(host: HTMLElement, state: PlotState) {
    this.#host = host;
    this.#state = state;
    const unwatch = watchVisibleWidth(host, (width, inSight) => {
      this.#width = width;
      this.#inSight = inSight;
      this.#schedule();
    });
    const repaint = effect(() => {
      if (currentPalette.value) this.#plot?.redraw(false, true);
    });
    // At once, with what else the step changes: in a callback of the frame the page would be laid out a second time.
    const walk = effect(() => {
      const [selected, pinned] = [this.#state.selected.value, this.#state.pinned.value];
      if (this.#plot !== null && this.#inSight) this.#markers?.place(this.#plot, selected, pinned);
    });
    this.#stops = [unwatch, repaint, walk];
  }

  update(state: PlotState): void {
    this.#state = state;
    this.#schedule();
  }

  destroy(): void {
    for (const stop of this.#stops) stop();
    cancelAnimationFrame(this.#frame);
    this.#plot?.destroy();
  }

  #schedule(): void {
    if (this.#inSight && this.#frame === 0) this.#frame = requestAnimationFrame((time) => this.#paint(time));
  }

  #paint(time: number): void {
    this.#frame = 0;
    if (!this.#plot && isFrameSpent(time)) {
      this.#schedule();
      return;
    }
    const [state, painted] = [this.#state, this.#painted];
    if (!this.#plot || !painted || colours(state) !== colours(painted)) this.#create(state);
    else if (isNewData(state, painted) || this.#bucketOf(state) !== this.#bucket) {
      this.#plot.setData(this.#dataOf(state));
    }
    const plot = this.#plot;
    this.#painted = state;
    if (!plot) return;
    if (plot.width !== this.#width || plot.height !== state.height) {
      plot.setSize({ width: this.#width, height: state.height });
    }
    if (painted?.bands !== state.bands) this.#bands?.place(plot, state.bands);
    this.#placeMarkers(plot);
  }

  #placeMarkers(plot: uPlot): void {
    this.#markers?.place(plot, this.#state.selected.peek(), this.#state.pinned.peek());
  }

  #create(state: PlotState): void {
    this.#plot?.destroy();
    const callbacks: PlotCallbacks = {
      range: () => this.#state.range ?? [this.#state.x[0] ?? 0, this.#state.x.at(-1) ?? 1],
      drawn: () => endsOf(this.#state),
      scale: () => this.#state.scale,
      isShare: () => this.#state.lines.every((line) => line.isShare === true),
      formatX: (value) => this.#state.formatX(value),
      onCursor: (plot) => this.#pointer.hover(plot),
      onBrush: (plot) => this.#pointer.brush(plot),
      onDraw: (plot) => {
        drawOffChartMarks(plot, this.#state.view.marks);
        // The axes may have moved.
        this.#bands?.place(plot, this.#state.bands);
        this.#placeMarkers(plot);
      },
      brushed: () => this.#pointer.brushed,
    };
    const roles = state.lines.map((line) => line.colour);
    const options = plotOptions(this.#width, state.height, roles, callbacks);
    const plot = new uPlot(options, this.#dataOf(state), this.#host);
    this.#plot = plot;
    this.#bands = new StepBands();
    this.#markers = new StepMarkers(plot);
    this.#pointer.listen(plot);
  }

  #bucketOf({ x, range }: PlotState): number {
    return bucketSize(x, range, this.#width - AXIS_WIDTH);
  }

  /** The data to draw; that a point stands for other steps than before is reported. */
  #dataOf(state: PlotState): uPlot.AlignedData {
    const bucket = this.#bucketOf(state);
    if (bucket !== this.#bucket) state.onBucket(bucket);
    this.#bucket = bucket;
    return plotData(state.x, state.lines, { ...state, usual: state.view.usual, bucket });
  }
}

const endsOf = ({ view, bands, height }: PlotState) => belowBands(view.drawn, bands, height);
const colours = (state: PlotState): string => state.lines.map((line) => line.colour).join();

function isNewData(state: PlotState, drawn: PlotState): boolean {
  const { x, lines, smoothing, range, scale, view } = state;
  const sameRange = range?.[0] === drawn.range?.[0] && range?.[1] === drawn.range?.[1];
  const same = x === drawn.x && lines === drawn.lines && smoothing === drawn.smoothing && sameRange;
  return !same || scale !== drawn.scale || view !== drawn.view || endsOf(state)[1] !== endsOf(drawn)[1];
}
