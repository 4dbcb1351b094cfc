/** The list of samples, and its first pages fetched ahead. `SamplePages` fetches what is on screen. */

import type { Samples, Value } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { SamplesParameters } from "../../api/parameters";
import { pause, Question } from "../question";
import { STEP_OPTIONS } from "./stepOptions";

/** Rows of one page. */
export const PAGE_ROWS = 100;

/** A list of samples, whatever part of it is asked for. */
export type SampleList = Omit<SamplesParameters, "offset" | "limit">;

/** One row of a columnar page. */
export interface Row {
  columns: Readonly<Record<string, readonly Value[]>>;
  index: number;
}

/** The value of a column; null where the page does not have it. */
export function cellOf(row: Row, name: string): Value {
  return row.columns[name]?.[row.index] ?? null;
}

export function idOf(row: Row): string {
  return String(cellOf(row, "id") ?? "");
}

function rowsOf({ columns }: Samples): Row[] {
  return Array.from({ length: columns["id"]?.length ?? 0 }, (_, index) => ({ columns, index }));
}

/** Puts the rows of a page at their place in those of the list. */
export function putRows(rows: (Row | undefined)[], offset: number, page: Samples): void {
  for (const row of rowsOf(page)) rows[offset + row.index] = row;
}

/** Whether a list is that of another step and else the same: the reader walks along the steps. */
export function isOtherStep(before: SampleList | null, now: SampleList): boolean {
  if (before === null || before.step === now.step) return false;
  return JSON.stringify({ ...before, step: 0 }) === JSON.stringify({ ...now, step: 0 });
}

/** First pages of lists that were shown or are likely to be wanted, so that walking the steps shows a list at once. */
export const firstPageAhead = new Question<SampleList, Samples>({
  name: "first page",
  remembered: 8,
  outlivesAsker: true,
  load: (list, options) => endpoints.samples({ ...list, offset: 0, limit: PAGE_ROWS }, options),
});

/** The offset of the page that holds a row. */
export function offsetOf(row: number): number {
  return row - (row % PAGE_ROWS);
}

/** Whether a page is here, and not under way. */
export function isHere(page: Samples | Promise<Samples>): page is Samples {
  return !(page instanceof Promise);
}

/**
 * The pages with the rows from `first` to before `end` of a list that takes the place of `before`. Of a reader who walks
 * along the steps it is waited whether this step is passed by.
 */
export function pagesOf(
  list: SampleList,
  first: number,
  end: number,
  before: SampleList | null,
  signal: AbortSignal,
): (Samples | Promise<Samples>)[] {
  const offsets: number[] = [];
  for (let offset = offsetOf(first); offset < end; offset += PAGE_ROWS) offsets.push(offset);
  const delayMs = isOtherStep(before, list) ? STEP_OPTIONS.delayMs : 0;
  return offsets.map((offset) => pageOf(list, offset, signal, delayMs));
}

/** A page of a list: here at once where it is a first one that is remembered, else from the server. */
export function pageOf(
  list: SampleList,
  offset: number,
  signal: AbortSignal,
  delayMs = 0,
): Samples | Promise<Samples> {
  const place = `table ${offset}`;
  if (offset === 0)
    return firstPageAhead.knownOrFetched(list, signal, { place, delayMs, outlivesAsker: false });
  const load = () => endpoints.samples({ ...list, offset, limit: PAGE_ROWS }, { signal, place });
  return delayMs > 0 ? pause(delayMs, signal).then(load) : load();
}
