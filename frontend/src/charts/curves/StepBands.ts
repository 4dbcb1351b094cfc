import type uPlot from "uplot";
import { STEP_AXIS } from "./plotOptions";

/** A stretch of steps that is marked on a plot. */
export interface StepBand {
  readonly from: number;
  readonly to: number;
  /** Names its colour: the class is `chart-band-<kind>`. */
  readonly kind: string;
  readonly title: string;
  /** Whether it is about what the plot shows: then its whole height is shaded. */
  readonly isShaded: boolean;
  readonly onOpen: () => void;
}

/** Below each other, so many. */
const MAX_ROWS = 3;
const ROW_HEIGHT_PX = 5;
/** The least width, in pixels: a single step is seen, too. */
const MIN_WIDTH_PX = 3;

/** The heights that a plot goes from and to, so that no band lies over the highest of what is wanted. */
export function belowBands(
  [low, high]: readonly [number, number],
  bands: readonly StepBand[],
  height: number,
): [number, number] {
  const taken = ROW_HEIGHT_PX * (Math.max(-1, ...bandRows(bands)) + 1);
  const pixels = Math.max(height - STEP_AXIS, 2 * taken, 1);
  return [low, low + ((high - low) * pixels) / (pixels - taken)];
}

/** Bands at the upper edge of a plot, elements above the canvas as the markers are. A click opens what they stand for. */
export class StepBands {
  #bands: readonly StepBand[] = [];
  #elements: HTMLElement[] = [];

  place(plot: uPlot, bands: readonly StepBand[]): void {
    if (bands !== this.#bands) this.#make(plot, bands);
    const { min, max } = plot.scales["x"] ?? {};
    for (const [i, element] of this.#elements.entries()) {
      const { from, to } = bands[i] as StepBand;
      element.hidden = min == null || max == null || to < min || from > max;
      if (element.hidden) continue;
      const left = plot.valToPos(Math.max(from, min ?? from), "x");
      const width = Math.max(MIN_WIDTH_PX, plot.valToPos(Math.min(to, max ?? to), "x") - left);
      element.style.left = `${Math.round(left - (width === MIN_WIDTH_PX ? 1 : 0))}px`;
      element.style.width = `${Math.round(width)}px`;
    }
  }

  #make(plot: uPlot, bands: readonly StepBand[]): void {
    for (const element of this.#elements) element.remove();
    this.#bands = bands;
    const rows = bandRows(bands);
    this.#elements = bands.map((band, i) => {
      const element = document.createElement("div");
      element.className = `chart-band chart-band-${band.kind}${band.isShaded ? " chart-band-shaded" : ""}`;
      element.style.top = `${ROW_HEIGHT_PX * (rows[i] ?? 0)}px`;
      element.title = band.title;
      // The plot would choose a step, or begin a drag.
      for (const type of ["mousedown", "dblclick"])
        element.addEventListener(type, (event) => event.stopPropagation());
      element.addEventListener("click", (event) => {
        event.stopPropagation();
        band.onOpen();
      });
      // The bar is what can be pressed: what is behind the shade stays the plot's.
      element.append(document.createElement("i"));
      plot.over.append(element);
      return element;
    });
  }
}

/** The row of each band: the first one in which it lies over none before it; the last one where all are taken. */
export function bandRows(bands: readonly Pick<StepBand, "from" | "to">[]): number[] {
  const rows: number[] = [];
  for (const [i, { from, to }] of bands.entries()) {
    const taken = new Set(
      rows.filter((_, k) => k < i && (bands[k]?.from ?? 0) <= to && (bands[k]?.to ?? 0) >= from),
    );
    let row = 0;
    while (row < MAX_ROWS - 1 && taken.has(row)) row += 1;
    rows.push(row);
  }
  return rows;
}
