/** Where the blocks of a text are on the page, and how much room there is for them. */

import type { UnitRange } from "./textBlocks";

/** How much room a text has: letters in a line, and how high they are, in px. */
export interface TextSize {
  columns: number;
  fontSize: number;
}

/** Measures the room in `root`, which lays the page out if anything has changed. */
export function textSize(root: HTMLElement): TextSize {
  const fontSize = Number.parseFloat(getComputedStyle(root).fontSize) || 13;
  return { fontSize, columns: Math.max(20, root.clientWidth / (fontSize * 0.6)) };
}

/** About the unit that is seen at `y` (client pixels); 0 where there is none. */
export function unitAt(blocks: readonly (UnitRange & { element: Element })[], y: number): number {
  // The first block that ends below, by bisection: a long response has hundreds.
  let [low, high] = [0, blocks.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (y < (blocks[middle]?.element.getBoundingClientRect().bottom ?? 0)) high = middle;
    else low = middle + 1;
  }
  const block = blocks[low];
  if (block === undefined) return 0;
  const { top, height } = block.element.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (y - top) / Math.max(1, height)));
  return Math.round(block.from + share * (block.to - block.from));
}
