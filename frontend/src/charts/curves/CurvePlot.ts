import { effect } from "@preact/signals";
import uPlot from "uplot";
import { currentPalette } from "../shared/chartColours";
import { watchVisibleWidth } from "../shared/visibleWidth";
import { hoveredStep } from "./hoveredStep";
import { type CurveLine, plotData } from "./plotColumns";
import { type PlotCallbacks, plotOptions } from "./plotOptions";
import { StepMarkers } from "./StepMarkers";

/** What a chart of curves shows; replaced whole whenever something changes. */
export interface PlotState {
  readonly x: readonly number[];
  readonly lines: readonly CurveLine[];
  readonly smoothing: number;
  readonly range: readonly [number, number] | null;
  readonly selected: number | null;
  readonly pinned: number | null;
  readonly height: number;
  readonly format: (value: number) => string;
  readonly formatX: (value: number) => string;
  readonly onStep: (step: number) => void;
  readonly onRange: (from: number, to: number) => void;
  /** @param before the step that was selected before the first click of the double click. */
  readonly onReset: (before: number | null) => void;
}

/** Owns one uPlot: creates it when first in sight, repaints it at most once per frame, destroys it with its element. */
export class CurvePlot {
  readonly #host: HTMLElement;
  readonly #stops: (() => void)[];
  #state: PlotState;
  #plot: uPlot | null = null;
  #markers: StepMarkers | null = null;
  #painted: PlotState | null = null;
  #width = 0;
  #inSight = false;
  #frame = 0;
  #brushed = false;
  #stepBefore: number | null = null;

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
    this.#stops = [unwatch, repaint];
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
    if (this.#inSight && this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  #paint(): void {
    this.#frame = 0;
    const [state, painted] = [this.#state, this.#painted];
    if (!this.#plot || !painted || colours(state) !== colours(painted)) this.#create(state);
    else if (isNewData(state, painted)) this.#plot.setData(plotData(state.x, state.lines, state.smoothing));
    const plot = this.#plot;
    this.#painted = state;
    if (!plot) return;
    if (plot.width !== this.#width || plot.height !== state.height) {
      plot.setSize({ width: this.#width, height: state.height });
    }
    this.#markers?.place(plot, state.selected, state.pinned);
  }

  #create(state: PlotState): void {
    this.#plot?.destroy();
    const callbacks: PlotCallbacks = {
      range: () => this.#state.range,
      format: (value) => this.#state.format(value),
      formatX: (value) => this.#state.formatX(value),
      onCursor: (plot) => this.#hover(plot),
      onBrush: (plot) => this.#brush(plot),
      onDraw: (plot) => this.#markers?.place(plot, this.#state.selected, this.#state.pinned),
      brushed: () => this.#brushed,
    };
    const roles = state.lines.map((line) => line.colour);
    const options = plotOptions(this.#width, state.height, roles, callbacks);
    const plot = new uPlot(options, plotData(state.x, state.lines, state.smoothing), this.#host);
    this.#plot = plot;
    this.#markers = new StepMarkers(plot);
    plot.over.addEventListener("mousedown", () => {
      this.#brushed = false;
    });
    plot.over.addEventListener("click", (event) => this.#click(plot, event));
    plot.over.addEventListener("dblclick", () => this.#state.onReset(this.#stepBefore));
  }

  #click(plot: uPlot, event: MouseEvent): void {
    const at = plot.posToIdx(plot.cursor.left ?? -1);
    const step = plot.data[0][at];
    if (step == null || event.detail > 1) return;
    // A double click begins with a click: what that one changed is put back by the reset.
    this.#stepBefore = this.#state.selected;
    this.#state.onStep(step);
  }

  #brush(plot: uPlot): void {
    const { left, width } = plot.select;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (width <= 0) return;
    this.#brushed = true;
    const from = plot.data[0][plot.posToIdx(left)];
    const to = plot.data[0][plot.posToIdx(left + width)];
    if (from != null && to != null && from < to) this.#state.onRange(from, to);
  }

  #hover(plot: uPlot): void {
    // Synchronised charts move their cursors, too: only the one under the pointer reports the step.
    if (!plot.over.matches(":hover")) return;
    const left = plot.cursor.left ?? -1;
    hoveredStep.value = left < 0 || plot.cursor.idx == null ? null : (plot.data[0][plot.cursor.idx] ?? null);
  }
}

const colours = (state: PlotState): string => state.lines.map((line) => line.colour).join();

function isNewData(state: PlotState, drawn: PlotState): boolean {
  const { x, lines, smoothing, range } = state;
  const sameRange = range?.[0] === drawn.range?.[0] && range?.[1] === drawn.range?.[1];
  return x !== drawn.x || lines !== drawn.lines || smoothing !== drawn.smoothing || !sameRange;
}
