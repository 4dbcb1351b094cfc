/**
 * Tokens across, metrics down, numbers in coloured cells: only the columns in view exist, and scrolling reuses them.
 */

import { formatNumber } from "../../lib/format";
import type { PaletteName } from "../../lib/heatmapColours";
import { CODE, colourClasses } from "../shared/colourCodes";
import { pointerMoved } from "../shared/pointerMoves";
import { type TokenData, unitSpan, valueAt } from "../shared/responseTokens";
import { type TokenEvents, tokenPosition } from "../shared/tokenEvents";
import { spelledOut } from "../shared/visibleText";
import { emptyColumn, wideStrip } from "./matrixElements";
import { COLUMN_WIDTH, poolSize, scrollToColumn, visibleColumns } from "./visibleColumns";

/** One metric of the matrix with the colour of each token. */
export interface MatrixRow {
  metric: string;
  /** For each token the colour of its cell, as `colourCode` numbers it. */
  codes: Uint8Array;
  palette: PaletteName;
}

/** The cells inside of `scroller`. */
export class MatrixView {
  readonly #wide: HTMLElement;
  readonly #columns: HTMLElement[] = [];
  readonly #resize: ResizeObserver | null;
  #rows: readonly MatrixRow[] = [];
  #classes: string[][] = [];
  #focused: number | null = null;
  #frame = 0;

  constructor(
    readonly scroller: HTMLElement,
    readonly data: TokenData,
    readonly events: TokenEvents,
  ) {
    this.#wide = wideStrip(data.shown.length);
    scroller.replaceChildren(this.#wide);
    scroller.addEventListener("scroll", this.#schedule, { passive: true });
    scroller.addEventListener("mouseover", this.#hover);
    scroller.addEventListener("mouseleave", this.#leave);
    scroller.addEventListener("click", this.#click);
    this.#resize = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(this.#schedule);
    this.#resize?.observe(scroller);
  }

  /** Shows these metrics, from top to bottom. */
  show(rows: readonly MatrixRow[]): void {
    this.#rows = rows;
    this.#classes = rows.map((row) => colourClasses(row.palette));
    for (const column of this.#columns) column.remove();
    this.#columns.length = 0;
    this.#fill();
  }

  /** Marks a token's column; brings it into view unless the pointer is what chose it. */
  focus(i: number | null, reveal: boolean): void {
    this.#focused = i;
    if (i !== null && reveal) {
      this.scroller.scrollLeft = scrollToColumn(i, this.scroller.scrollLeft, this.scroller.clientWidth);
    }
    this.#fill();
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#resize?.disconnect();
    this.scroller.removeEventListener("scroll", this.#schedule);
    this.scroller.removeEventListener("mouseover", this.#hover);
    this.scroller.removeEventListener("mouseleave", this.#leave);
    this.scroller.removeEventListener("click", this.#click);
    this.scroller.replaceChildren();
  }

  #schedule = (): void => {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#fill();
    });
  };

  #fill(): void {
    const count = this.data.shown.length;
    const { clientWidth, scrollLeft } = this.scroller;
    const size = poolSize(clientWidth, count);
    if (this.#columns.length < size) this.#grow(size);
    const window = visibleColumns(scrollLeft, clientWidth, count);
    for (let i = window.from; i < window.to; i++) {
      const column = this.#columns[i % this.#columns.length];
      if (column === undefined) continue;
      if (column.dataset["i"] !== String(i)) this.#write(column, i);
      column.toggleAttribute("data-focus", i === this.#focused);
    }
  }

  #grow(size: number): void {
    while (this.#columns.length < size) this.#columns.push(emptyColumn(this.#rows.length));
    this.#wide.append(...this.#columns);
    // A column's element depends on the size of the pool, so all of them are filled anew.
    for (const column of this.#columns) {
      column.hidden = true;
      delete column.dataset["i"];
    }
  }

  #write(column: HTMLElement, i: number): void {
    column.hidden = false;
    column.dataset["i"] = String(i);
    column.setAttribute("aria-rowindex", String(i + 2));
    column.style.transform = `translateX(${i * COLUMN_WIDTH}px)`;
    const [head, ...cells] = column.children;
    if (head === undefined) return;
    const [first] = unitSpan(this.data.units, i);
    head.textContent = first === i ? spelledOut(this.data.shown[i] ?? "") : "〃";
    head.setAttribute("title", `${i} · ${this.data.raw[i] ?? ""}`);
    this.#rows.forEach((row, k) => {
      const cell = cells[k];
      if (cell === undefined) return;
      const value = valueAt(this.data, row.metric, i);
      cell.textContent = value === "missing" ? "–" : formatNumber(value);
      cell.className = this.#classes[k]?.[row.codes[i] ?? CODE.plain] ?? "heat";
    });
  }

  #hover = (event: Event): void => {
    if (pointerMoved(event)) this.events.hover(tokenPosition(event.target));
  };
  #leave = (): void => this.events.hover(null);
  #click = (event: Event): void => {
    const i = tokenPosition(event.target);
    if (i !== null) this.events.pick(i);
  };
}
