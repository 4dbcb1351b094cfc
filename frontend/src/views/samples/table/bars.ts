/** The small bars below the numbers of the table: how each compares with the others that are listed. */

import { signal } from "@preact/signals";
import type { Value } from "../../../api/answers";
import type { Row } from "../../../data/questions/sampleList";

/** The smallest and the largest of a column's numbers that are drawn to scale. */
export type ValueRange = readonly [low: number, high: number];

/** Bars compare with this many rows at most: to sort more would be felt at every page that arrives. */
const MAX_ROWS = 1000;
/** Of the numbers, this share at either end may lie beyond the range, so that one of 1e9 leaves the others a bar. */
const BEYOND_SHARE = 0.02;

/** The ranges of the numeric columns that are listed. */
export const valueRanges = signal<ReadonlyMap<string, ValueRange>>(new Map());

/** The range that most of the values lie in; null where they are all the same, or none is a finite number. */
export function rangeOf(values: readonly Value[]): ValueRange | null {
  const finite = values.filter((value) => typeof value === "number" && Number.isFinite(value)) as number[];
  finite.sort((a, b) => a - b);
  const cut = Math.floor(finite.length * BEYOND_SHARE);
  const low = finite[cut];
  const high = finite[finite.length - 1 - cut];
  return low === undefined || high === undefined || low === high ? null : [low, high];
}

/** The ranges of all columns of the first rows that are there. */
export function rangesOf(rows: readonly (Row | undefined)[]): ReadonlyMap<string, ValueRange> {
  const pages = pagesOf(rows);
  const values = new Map<string, Value[]>();
  for (const columns of pages)
    for (const [name, column] of Object.entries(columns))
      if (typeof column.find((value) => value !== null) === "number")
        values.set(name, [...(values.get(name) ?? []), ...column]);
  const ranges = new Map<string, ValueRange>();
  for (const [name, column] of values) {
    const range = rangeOf(column);
    if (range !== null) ranges.set(name, range);
  }
  return ranges;
}

type Page = Row["columns"];

/** The answers that the first rows are of. */
function pagesOf(rows: readonly (Row | undefined)[]): ReadonlySet<Page> {
  return new Set(rows.slice(0, MAX_ROWS).flatMap((row) => (row === undefined ? [] : [row.columns])));
}

let lastPages: ReadonlySet<Page> = new Set();
let lastRanges = "";

/** Compares with these rows from now on. The ranges stay the same object as long as they are the same. */
export function compareWith(rows: readonly (Row | undefined)[]): void {
  const pages = pagesOf(rows);
  // A page that comes further down changes nothing.
  if (pages.size === lastPages.size && [...pages].every((page) => lastPages.has(page))) return;
  lastPages = pages;
  const ranges = rangesOf(rows);
  const now = JSON.stringify([...ranges]);
  if (now === lastRanges) return;
  lastRanges = now;
  valueRanges.value = ranges;
}

/**
 * Where the bar of a value begins and ends, from 0 to 1 of the cell's width: from 0 to the value where 0 lies in the range
 * or the values are on one side of it.
 */
export function barOf(value: Value, range: ValueRange | undefined): readonly [number, number] | null {
  if (range === undefined || typeof value !== "number" || !Number.isFinite(value)) return null;
  const low = Math.min(0, range[0]);
  const high = Math.max(0, range[1]);
  const at = (number: number): number => (Math.min(high, Math.max(low, number)) - low) / (high - low);
  const [zero, end] = [at(0), at(value)];
  return zero < end ? [zero, end] : [end, zero];
}
