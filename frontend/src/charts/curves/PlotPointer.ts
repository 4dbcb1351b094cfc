import type uPlot from "uplot";
import { hoveredStep } from "../shared/hoveredStep";
import { nearestIndex } from "../shared/series";
import type { PlotState } from "./plotState";

/** What the pointer does on a plot: a click chooses a step, a drag steps or values, a double click opens a step. */
export class PlotPointer {
  /** Whether the click that ends a drag belongs to a brush, and is no choice of a step. */
  brushed = false;
  readonly #state: () => PlotState;

  constructor(state: () => PlotState) {
    this.#state = state;
  }

  listen(plot: uPlot): void {
    plot.over.addEventListener("mousedown", () => {
      this.brushed = false;
    });
    plot.over.addEventListener("click", (event) => this.#click(plot, event));
    plot.over.addEventListener("dblclick", () => {
      const step = this.#stepAt(plot, plot.cursor.left ?? -1);
      if (step != null) this.#state().onOpen(step);
    });
  }

  #click(plot: uPlot, event: MouseEvent): void {
    const step = this.#stepAt(plot, plot.cursor.left ?? -1);
    if (step == null || event.detail > 1) return;
    this.#state().onStep(step);
  }

  brush(plot: uPlot): void {
    const { left, top, width, height } = plot.select;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (width <= 0 || height <= 0) return;
    this.brushed = true;
    // A drag along one axis covers the whole of the other.
    if (width < plot.over.clientWidth) this.#brushSteps(plot, left, width);
    if (height < plot.over.clientHeight) {
      const { inverse } = this.#state().scale;
      const [low, high] = [top + height, top].map((place) => inverse(plot.posToVal(place, "y")));
      this.#state().onValues(low as number, high as number);
    }
  }

  #brushSteps(plot: uPlot, left: number, width: number): void {
    const [from, to] = [left, left + width].map((place) => this.#stepAt(plot, place));
    if (from != null && to != null && from < to) this.#state().onRange(from, to);
  }

  hover(plot: uPlot): void {
    // Synchronised charts move their cursors, too: only the one under the pointer reports the step.
    if (!plot.over.matches(":hover")) return;
    const left = plot.cursor.left ?? -1;
    hoveredStep.value = left < 0 ? null : (this.#stepAt(plot, left) ?? null);
  }

  /** Of the steps themselves: a point that is drawn may stand for several. */
  #stepAt(plot: uPlot, left: number): number | undefined {
    const { x } = this.#state();
    return x[nearestIndex(x, plot.posToVal(left, "x"))];
  }
}
