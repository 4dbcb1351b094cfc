/** Changes that are too long for one row: a response that has nothing of the other would be laid out whole. */

import type { Stretch } from "./stretches";

/** Units of a side from which on a change is cut, and of each of its rows. */
const MAX_CHANGE_UNITS = 600;

const lengthOf = ([from, to]: readonly [number, number]): number => to - from;
const longerSide = ({ left, right }: Stretch): number => Math.max(lengthOf(left), lengthOf(right));

/** Whether a change, the changed stretches up to the next equal one, goes over several rows. */
export function isLongChange(change: readonly Stretch[]): boolean {
  return change.some((stretch) => longerSide(stretch) > MAX_CHANGE_UNITS);
}

/**
 * The rows of a long change: the n-th piece of each of its stretches, what was taken away beside what came. That it was
 * moved is said at a stretch's beginning.
 */
export function rowsOfChange(change: readonly Stretch[]): Stretch[][] {
  const rows = Math.ceil(Math.max(...change.map(longerSide)) / MAX_CHANGE_UNITS);
  return Array.from({ length: rows }, (_, row) =>
    change.flatMap((stretch) => {
      const [from, to] = [row * MAX_CHANGE_UNITS, (row + 1) * MAX_CHANGE_UNITS];
      if (from >= longerSide(stretch)) return [];
      const piece = ([start, end]: readonly [number, number]): [number, number] => [
        Math.min(start + from, end),
        Math.min(start + to, end),
      ];
      return [
        {
          kind: stretch.kind,
          left: piece(stretch.left),
          right: piece(stretch.right),
          move: row === 0 ? stretch.move : null,
        },
      ];
    }),
  );
}
