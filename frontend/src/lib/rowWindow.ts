/** Which rows of a long table are on screen. Pure arithmetic; every row is equally high. */

export const ROW_HEIGHT = 24;

/** Browsers lose precision, then the element, somewhere above 16 million pixels. */
const MAX_HEIGHT_PX = 8_000_000;

/** Rows drawn beyond either edge, so that a short scroll shows no gap. */
const OVERSCAN = 6;

/** The rows to draw, and where. */
export interface RowWindow {
  /** First row to draw, and the first one not to draw any more. */
  first: number;
  last: number;
  /** Where the first drawn row lies inside the scrolled content, in px. */
  offset: number;
  /** How tall the scrolled content is, in px. */
  height: number;
}

/** Table pixels per scrolled pixel: 1 unless the table is taller than an element may be. */
function scaleOf(viewport: number, total: number): number {
  const whole = total * ROW_HEIGHT;
  return whole <= MAX_HEIGHT_PX ? 1 : (whole - viewport) / (MAX_HEIGHT_PX - viewport);
}

/** The rows on screen at a scroll position, and a few beyond either edge. */
export function rowWindow(scrollTop: number, viewport: number, total: number): RowWindow {
  const height = Math.min(total * ROW_HEIGHT, MAX_HEIGHT_PX);
  const furthest = Math.max(0, height - viewport);
  const scrolled = Math.min(Math.max(0, scrollTop), furthest);
  const top = scrolled * scaleOf(viewport, total);
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - OVERSCAN);
  const last = Math.min(total, Math.ceil((top + viewport) / ROW_HEIGHT) + OVERSCAN);
  return { first, last, offset: scrolled + first * ROW_HEIGHT - top, height };
}

/** No window of `rowWindow` has more rows: with so many elements, the one of a row that leaves takes one that comes. */
export function maxRows(viewport: number): number {
  return Math.ceil(viewport / ROW_HEIGHT) + 1 + 2 * OVERSCAN;
}

/** The scroll position nearest to the current one that shows the row whole. */
export function scrollTo(row: number, scrollTop: number, viewport: number, total: number): number {
  const scale = scaleOf(viewport, total);
  const top = scrollTop * scale;
  const start = row * ROW_HEIGHT;
  if (start < top) return start / scale;
  if (start + ROW_HEIGHT > top + viewport) return (start + ROW_HEIGHT - viewport) / scale;
  return scrollTop;
}
