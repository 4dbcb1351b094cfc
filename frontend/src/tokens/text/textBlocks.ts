/**
 * Cutting a long response into blocks that the browser lays out one by one.
 *
 * A block breaks the line where it ends, so cuts are made where the text has a newline anyway; only a stretch without
 * any is cut by force.
 */

import type { Units } from "../shared/responseTokens";

/** No cut before this many tokens: a block per line would cost more than it saves. */
export const MIN_BLOCK_TOKENS = 200;
/** A cut at the latest after this many tokens. */
export const MAX_BLOCK_TOKENS = 2048;

/** Units `from` to `to` (half open). */
export interface UnitRange {
  from: number;
  to: number;
}

/** Cuts the units of a response into blocks. */
export function cutBlocks(shown: readonly string[], units: Units): UnitRange[] {
  const blocks: UnitRange[] = [];
  let from = 0;
  for (let unit = 0; unit < units.count; unit++) {
    const tokens = (units.start[unit + 1] ?? 0) - (units.start[from] ?? 0);
    const endsLine = shown[units.start[unit] ?? 0]?.endsWith("\n") ?? false;
    if ((endsLine && tokens >= MIN_BLOCK_TOKENS) || tokens >= MAX_BLOCK_TOKENS) {
      blocks.push({ from, to: unit + 1 });
      from = unit + 1;
    }
  }
  if (from < units.count) blocks.push({ from, to: units.count });
  return blocks;
}

/** Index of the block that holds `unit`, by bisection; −1 if none does. */
export function blockIndex(blocks: readonly UnitRange[], unit: number): number {
  let [low, high] = [0, blocks.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const block = blocks[middle];
    if (block === undefined) return -1;
    if (unit < block.from) high = middle - 1;
    else if (unit >= block.to) low = middle + 1;
    else return middle;
  }
  return -1;
}
