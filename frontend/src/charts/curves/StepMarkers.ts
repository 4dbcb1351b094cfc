import type uPlot from "uplot";

/**
 * Vertical lines for the selected and the pinned step. They are the backgrounds of elements above the canvas, so that
 * walking the steps moves two lines per chart, lays nothing out and draws no curve anew.
 */
export class StepMarkers {
  readonly #lines = new Map<"selected" | "pinned", HTMLElement>();

  constructor(plot: uPlot) {
    for (const kind of ["pinned", "selected"] as const) {
      const line = document.createElement("div");
      line.className = `chart-marker chart-marker-${kind}`;
      line.hidden = true;
      plot.over.append(line);
      this.#lines.set(kind, line);
    }
  }

  place(plot: uPlot, selected: number | null, pinned: number | null): void {
    this.#put(plot, "selected", selected);
    this.#put(plot, "pinned", pinned);
  }

  #put(plot: uPlot, kind: "selected" | "pinned", step: number | null): void {
    const line = this.#lines.get(kind);
    const { min, max } = plot.scales["x"] ?? {};
    if (!line) return;
    const isHidden = step === null || min == null || max == null || step < min || step > max;
    // Written again, the attribute would have the style of every chart's line computed anew.
    if (line.hidden !== isHidden) line.hidden = isHidden;
    if (step !== null && !isHidden) {
      // A background moves without a box: another place or a transform would have the page laid out and its layers
      // put together anew.
      line.style.backgroundPositionX = `${Math.round(plot.valToPos(step, "x"))}px`;
    }
  }
}
