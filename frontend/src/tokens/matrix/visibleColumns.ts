/** Which columns of a wide matrix exist as elements: those in view and a few beside them. */

/** Width of a column in CSS pixels: a number of four significant digits fits. */
export const COLUMN_WIDTH = 70;
/** Columns kept ready on either side, so that a flick of the wheel shows no gap. */
const OVERSCAN = 6;

/** Columns `from` to `to`, half open. */
export interface ColumnRange {
  from: number;
  to: number;
}

/** The columns that must exist when `width` pixels from `left` are seen, half open, within 0 to `count`. */
export function visibleColumns(left: number, width: number, count: number): ColumnRange {
  const from = Math.floor(Math.max(0, left) / COLUMN_WIDTH) - OVERSCAN;
  const to = Math.ceil((Math.max(0, left) + width) / COLUMN_WIDTH) + OVERSCAN;
  return { from: Math.min(count, Math.max(0, from)), to: Math.min(count, Math.max(0, to)) };
}

/** Elements needed for any window of this width: column `i` lives in element `i % poolSize`. */
export function poolSize(width: number, count: number): number {
  return Math.min(count, Math.ceil(width / COLUMN_WIDTH) + 1 + 2 * OVERSCAN);
}

/** Scroll position that shows column `i`: the present one if it does, else the one that puts it in the middle. */
export function scrollToColumn(i: number, left: number, width: number): number {
  const at = i * COLUMN_WIDTH;
  if (at >= left && at + COLUMN_WIDTH <= left + width) return left;
  return Math.max(0, at - (width - COLUMN_WIDTH) / 2);
}
