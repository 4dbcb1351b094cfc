/** Which rows of a table are drawn in this frame: to draw a screen of them at once takes longer than a frame. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { RowWindow } from "../../lib/rowWindow";

/** So many come with a frame: more than a turn of the wheel brings. */
const ROWS_A_FRAME = 12;

/** The rows that are on screen already. */
interface Drawn<R> {
  /** The question whose rows they are. */
  question: string | null;
  rows: ReadonlyMap<number, R>;
  /** The frame that they were drawn in, and how many more it may draw. */
  frame: unknown;
  left: number;
}

/** Tells frames apart; where the browser has no such clock each time is another frame. */
function currentFrame(): unknown {
  return document.timeline?.currentTime ?? Symbol();
}

/**
 * The rows to draw now, by their index. A row that scrolling brings has its turn with this frame or a later one, and is
 * drawn as one that is still loading until then. Another question shows its rows at once, and so does one that is asked
 * anew: nobody is to see rows of both.
 */
export function useRowsByFrames<R>(
  { first, last }: RowWindow,
  question: string,
  row: (index: number) => R | undefined,
): ReadonlyMap<number, R> {
  const drawn = useRef<Drawn<R>>({ question: null, rows: new Map(), frame: null, left: 0 });
  const [, drawAgain] = useState(0);
  const { current: before } = drawn;
  const frame = currentFrame();
  let left =
    before.question !== question ? last - first : before.frame === frame ? before.left : ROWS_A_FRAME;
  const rows = new Map<number, R>();
  let waiting = false;
  for (let index = first; index < last; index += 1) {
    const now = row(index);
    if (now === undefined) continue;
    if (before.question === question && before.rows.has(index)) rows.set(index, now);
    else if (left > 0) {
      rows.set(index, now);
      left -= 1;
    } else waiting = true;
  }
  drawn.current = { question, rows, frame, left };
  useEffect(() => {
    if (!waiting) return undefined;
    const next = requestAnimationFrame(() => drawAgain((times) => times + 1));
    return () => cancelAnimationFrame(next);
  });
  return rows;
}
