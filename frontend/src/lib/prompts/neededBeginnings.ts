/** Beginnings that may not be left out: "name two rivers" and "name five rivers" would both be "…rivers". */

import { takeColumns } from "../singleLine";
import { commonLength, wordStart } from "./commonBeginning";

/** A line of which a beginning is left out. */
export interface Cut {
  line: string;
  /** What is left out, as the lines have it that it was found in; "" for nothing. */
  beginning: string;
  /** Where what is shown begins and ends in the line. */
  from: number;
  end: number;
}

/**
 * The beginnings without which different lines read alike → where they part from each other.
 *
 * @param columns How many letters of a line are surely seen.
 */
export function neededBeginnings(cuts: readonly Cut[], columns: number): Map<string, number> {
  const beginningsOf = new Map<string, Set<string>>();
  for (const { line, beginning, from, end } of cuts) {
    const seen = takeColumns(line.slice(from, end).trim(), columns);
    const beginnings = beginningsOf.get(seen) ?? new Set();
    beginningsOf.set(seen, beginnings.add(beginning));
  }
  const found = new Map<string, number>();
  for (const set of beginningsOf.values()) {
    if (set.size < 2) continue;
    const beginnings = [...set];
    const parting = wordStart(beginnings, commonLength(beginnings));
    for (const beginning of beginnings) {
      found.set(beginning, Math.min(parting, found.get(beginning) ?? parting));
    }
  }
  return found;
}
