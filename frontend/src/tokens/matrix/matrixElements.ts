/**
 * The elements of the matrix: labels that stay, a part that scrolls, and columns to be filled.
 *
 * For assistive technology the table lies on its side: each token is a row, so that one element holds what belongs
 * together.
 */

import { COLUMN_WIDTH } from "./visibleColumns";

/** The words of the matrix. */
export interface MatrixLabels {
  title: string;
  /** What the scrolling part is and how to walk in it. */
  scroll: string;
  /** From top to bottom, the head of the token column first. */
  labels: readonly { text: string; hint: string }[];
  tokens: number;
}

/** Fills `root` and returns the part that scrolls. */
export function matrixFrame(root: HTMLElement, words: MatrixLabels): HTMLElement {
  const table = element("matrix-table", "table");
  table.setAttribute("aria-label", words.title);
  table.setAttribute("aria-rowcount", String(words.tokens + 1));
  const labels = element("matrix-labels", "row");
  labels.setAttribute("aria-rowindex", "1");
  for (const { text, hint } of words.labels) {
    const label = element("", "columnheader");
    label.textContent = text;
    label.title = hint;
    labels.append(label);
  }
  const scroller = element("matrix-scroll", "rowgroup");
  scroller.setAttribute("aria-label", words.scroll);
  scroller.tabIndex = 0;
  table.append(labels, scroller);
  root.replaceChildren(table);
  return scroller;
}

/** The strip that is as wide as all columns together. */
export function wideStrip(tokens: number): HTMLElement {
  const strip = element("matrix-wide", "presentation");
  strip.style.width = `${tokens * COLUMN_WIDTH}px`;
  return strip;
}

/** An empty column: a head and one cell per metric. */
export function emptyColumn(metrics: number): HTMLElement {
  const column = element("matrix-column", "row");
  for (let k = 0; k <= metrics; k++) column.append(element("", k === 0 ? "rowheader" : "cell"));
  return column;
}

function element(name: string, role: string): HTMLElement {
  const made = document.createElement("div");
  made.className = name;
  made.setAttribute("role", role);
  return made;
}
