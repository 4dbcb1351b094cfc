/** The stretches of two texts as rows that both sides share, long equal ones folded. */

import { isLongChange, rowsOfChange } from "./longChanges";
import { type DiffData, type Stretch, stretchesOf, type Unit } from "./stretches";

/** What stands on one line of the grid, or is folded. */
export interface Row {
  stretches: Stretch[];
  folded: boolean;
  /** The number of the first change that begins in it, from 0; null where none does. */
  change: number | null;
}

/** Units of an equal stretch that stay on either side of a change. */
const CONTEXT_UNITS: Readonly<Record<Unit, number>> = { token: 24, word: 40, character: 60 };
/** A stretch is folded where this many contexts of it would be hidden. */
const WORTH_FOLDING = 2;
/** Units of a row from which on it ends behind a sentence, and at which it ends anywhere. */
const LONG_ROW_UNITS = 250;
const MAX_ROW_UNITS = 600;
const SENTENCE_END = /[.!?。！？…]\s*$/;

/** Rows that both sides share: they begin behind a line break that is equal in both, or where a row grows too long. */
export function rowsOf(data: DiffData, fold = true): Row[] {
  const rows: Row[] = [];
  let current: Stretch[] = [];
  let size = 0;
  let changes = 0;
  let firstChange: number | null = null;
  const flush = (folded = false): void => {
    if (current.length > 0) rows.push({ stretches: current, folded, change: firstChange });
    current = [];
    size = 0;
    firstChange = null;
  };
  const stretches = stretchesOf(data);
  let change: Stretch[] = [];
  const endChange = (): void => {
    if (change.length === 0) return;
    firstChange ??= changes;
    changes += 1;
    if (isLongChange(change)) {
      for (const row of rowsOfChange(change)) {
        current.push(...row);
        flush();
      }
    } else {
      current.push(...change);
      size += change.reduce(
        (sum, { left, right }) => sum + Math.max(left[1] - left[0], right[1] - right[0]),
        0,
      );
    }
    change = [];
  };
  stretches.forEach((stretch, k) => {
    if (stretch.kind !== "equal") {
      change.push(stretch);
      return;
    }
    endChange();
    const ends = { first: k === 0, last: k === stretches.length - 1 };
    for (const { part, folded } of fold
      ? foldedParts(stretch, data.unit, ends)
      : [{ part: stretch, folded: false }]) {
      if (folded) {
        flush();
        current = [part];
        flush(true);
        continue;
      }
      for (const piece of piecesOf(part, data, size)) {
        current.push(piece.part);
        size += piece.part.left[1] - piece.part.left[0];
        if (piece.ends) flush();
      }
    }
  });
  endChange();
  flush();
  return rows;
}

function cut(stretch: Stretch, from: number, to: number): Stretch {
  const [left, right] = [stretch.left[0], stretch.right[0]];
  return { ...stretch, left: [left + from, left + to], right: [right + from, right + to] };
}

/** The context of an equal stretch, and between it what is folded. */
function foldedParts(
  stretch: Stretch,
  unit: Unit,
  ends: { first: boolean; last: boolean },
): { part: Stretch; folded: boolean }[] {
  const size = stretch.left[1] - stretch.left[0];
  const head = ends.first ? 0 : CONTEXT_UNITS[unit];
  const tail = ends.last ? 0 : CONTEXT_UNITS[unit];
  if (size - head - tail < WORTH_FOLDING * CONTEXT_UNITS[unit]) return [{ part: stretch, folded: false }];
  return [
    { part: cut(stretch, 0, head), folded: false },
    { part: cut(stretch, head, size - tail), folded: true },
    { part: cut(stretch, size - tail, size), folded: false },
  ].filter(({ part }) => part.left[0] < part.left[1]);
}

/** An equal stretch cut where rows end: behind line breaks, and behind sentences of long rows. */
function piecesOf(stretch: Stretch, data: DiffData, before: number): { part: Stretch; ends: boolean }[] {
  const pieces = [];
  const size = stretch.left[1] - stretch.left[0];
  let start = 0;
  let row = before;
  for (let i = 0; i < size; i++) {
    const text = data.left.units[stretch.left[0] + i] ?? "";
    row += 1;
    const isEnd =
      text.includes("\n") || (row >= LONG_ROW_UNITS && SENTENCE_END.test(text)) || row >= MAX_ROW_UNITS;
    if (!isEnd) continue;
    pieces.push({ part: cut(stretch, start, i + 1), ends: true });
    start = i + 1;
    row = 0;
  }
  if (start < size) pieces.push({ part: cut(stretch, start, size), ends: false });
  return pieces;
}
