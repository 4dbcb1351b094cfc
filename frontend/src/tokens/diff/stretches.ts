/** Two texts as stretches: what is equal in both, and what one of them has. */

import type { MetricKind } from "../../lib/colourScale";

export type StretchKind = "equal" | "delete" | "insert" | "moved_away" | "moved_here";
export type Unit = "token" | "word" | "character";

export interface DiffSide {
  units: readonly string[];
  /** Units that were too many to be compared. */
  left_out: number;
  /** A metric of each token: null is missing. */
  values: readonly (number | null)[] | null;
}

/** The answer of `/diff`. */
export interface DiffData {
  unit: Unit;
  /** False where the texts were too long to be compared as a whole. */
  in_one_piece: boolean;
  metric: { name: string; kind: MetricKind; unit: string } | null;
  left: DiffSide;
  right: DiffSide;
  opcodes: {
    kind: readonly StretchKind[];
    left: readonly number[];
    left_end: readonly number[];
    right: readonly number[];
    right_end: readonly number[];
    move: readonly (number | null)[];
  };
}

/** A stretch of both sides, from and to. Of one that only one side has, the other side is empty. */
export interface Stretch {
  kind: StretchKind;
  left: readonly [from: number, to: number];
  right: readonly [from: number, to: number];
  /** Which moved piece of text this is a side of, by its number in the answer; null where nothing moved. */
  move: number | null;
}

export function stretchesOf({ opcodes }: DiffData): Stretch[] {
  return opcodes.kind.map((kind, i) => ({
    kind,
    left: [opcodes.left[i] ?? 0, opcodes.left_end[i] ?? 0],
    right: [opcodes.right[i] ?? 0, opcodes.right_end[i] ?? 0],
    move: opcodes.move[i] ?? null,
  }));
}

/** The text of a side of a stretch. */
export function textOf(side: DiffSide, [from, to]: readonly [number, number]): string {
  return side.units.slice(from, to).join("");
}

/** How many changes there are: changed stretches without an equal one between them are one. */
export function changeCount(data: DiffData): number {
  const { kind } = data.opcodes;
  return kind.filter((one, i) => one !== "equal" && (i === 0 || kind[i - 1] === "equal")).length;
}
