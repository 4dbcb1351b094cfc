/** Where the blocks of a text are on the page, and how much room there is for them. */

import type { UnitRange } from "./textBlocks";

/** How much room a text has: letters in a line, how high they are, and how much of it is seen at once, in px. */
export interface TextSize {
  columns: number;
  fontSize: number;
  seen: number;
}

/** Measures the room in `root` and in what scrolls it, which lays the page out if anything has changed. */
export function textSize(root: HTMLElement, scroller: Element | null): TextSize {
  const fontSize = Number.parseFloat(getComputedStyle(root).fontSize) || 13;
  const seen = scroller?.clientHeight ?? window.innerHeight;
  return { fontSize, columns: Math.max(20, root.clientWidth / (fontSize * 0.6)), seen };
}

/**
 * The blocks that are seen of a text that begins at the top; the first one always.
 *
 * @param margin Heights are guessed: so much of what is seen counts as seen.
 */
export function seenAtFirst<B extends { height: number }>(
  blocks: readonly B[],
  { seen }: TextSize,
  margin: number,
): B[] {
  let top = 0;
  return blocks.filter(({ height }, i) => {
    const isSeen = i === 0 || top < margin * seen;
    top += height;
    return isSeen;
  });
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
