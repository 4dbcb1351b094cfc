import type uPlot from "uplot";

/**
 * Vertical lines for the selected and the pinned step. They are elements above the canvas, so that walking
 * the steps moves two elements per chart and draws nothing anew.
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
    line.hidden = step === null || min == null || max == null || step < min || step > max;
    if (step !== null && !line.hidden) {
      line.style.transform = `translateX(${Math.round(plot.valToPos(step, "x"))}px)`;
    }
  }
}
