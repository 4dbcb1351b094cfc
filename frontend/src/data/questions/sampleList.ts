/** The list of samples and its pages, of which first ones are fetched ahead. `SamplePages` fetches what is on screen. */

import type { Samples, Value } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { SamplesParameters } from "../../api/parameters";
import { Question } from "../question";

/** Rows of one page. */
export const PAGE_ROWS = 100;

/** The most rows that the server gives in one answer. */
const MAX_ROWS = 500;

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

/** Whether two lists differ in their step only, as they do for a reader who walks along the steps. */
export function isOtherStep(before: SampleList | null, now: SampleList): boolean {
  return (
    before !== null &&
    before.step !== now.step &&
    JSON.stringify({ ...before, step: 0 }) === JSON.stringify({ ...now, step: 0 })
  );
}

/** Pages of lists that were shown or are likely to be wanted, so that walking the steps shows a list at once. */
export const samplePage = new Question<SamplesParameters, Samples>({
  name: "page of samples",
  cacheSize: 8,
  outlivesAsker: true,
  load: endpoints.samples,
});

/** The offset of the page that holds a row. */
export function offsetOf(row: number): number {
  return row - (row % PAGE_ROWS);
}

/** The offsets of the pages with the rows from `first` to before `end`. */
export function pagesBetween(first: number, end: number): number[] {
  return Array.from(
    { length: Math.ceil((end - offsetOf(first)) / PAGE_ROWS) },
    (_, page) => offsetOf(first) + page * PAGE_ROWS,
  );
}

/** What asks for the pages with the rows from `first` to before `end`, as many as one answer holds. */
export function pageOf(list: SampleList, first: number, end = first + 1): SamplesParameters {
  return {
    ...list,
    offset: offsetOf(first),
    limit: Math.min(pagesBetween(first, end).length * PAGE_ROWS, MAX_ROWS),
  };
}

/** What asks for the first page of a list; null where there is none. */
export function firstPageOf(list: SampleList | null): SamplesParameters | null {
  return list === null ? null : pageOf(list, 0);
}

/** How the page with a row is asked for by who shows it: for its place in the table, and only while it is shown. */
export function placeOf(row: number): { place: string; outlivesAsker: false } {
  return { place: `table ${offsetOf(row)}`, outlivesAsker: false };
}
