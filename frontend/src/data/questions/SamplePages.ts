/** The rows of a list that is longer than one answer: fetched page by page as they come on screen. */

import { batch, signal } from "@preact/signals";
import type { Samples, Value } from "../../api/answers";
import { type ApiError, asApiError } from "../../api/errors";

/** Rows of one page. */
export const PAGE_ROWS = 100;

/** One row of a columnar page. */
export interface Row {
  columns: Readonly<Record<string, readonly Value[]>>;
  index: number;
}

export type LoadPage = (offset: number, limit: number, signal: AbortSignal) => Promise<Samples>;

/** The value of a column; null where the page does not have it. */
export function cellOf(row: Row, name: string): Value {
  return row.columns[name]?.[row.index] ?? null;
}

export function idOf(row: Row): string {
  return String(cellOf(row, "id") ?? "");
}

function rowsOf(page: Samples): Row[] {
  const length = page.columns["id"]?.length ?? 0;
  return Array.from({ length }, (_, index) => ({ columns: page.columns, index }));
}

export class SamplePages {
  /** Sparse: undefined where a page is not there yet. */
  readonly rows = signal<readonly (Row | undefined)[]>([]);
  readonly total = signal(0);
  /** The key of the list that `rows` are of; "" before the first answer. */
  readonly listKey = signal("");
  readonly loading = signal(false);
  readonly error = signal<ApiError | null>(null);

  #load: LoadPage | null = null;
  #control = new AbortController();
  /** Requests under way by offset, beside those of `show`. */
  #requests = new Map<number, Promise<void>>();
  /** Rows on screen: the first, and the one after the last. */
  #visible: readonly [number, number] = [0, 1];

  /** Shows another list, or the same one again because the data changed. The old rows stay until the answer. */
  async show(listKey: string, load: LoadPage): Promise<void> {
    this.stop();
    const control = new AbortController();
    this.#control = control;
    this.#load = load;
    this.loading.value = true;
    const same = listKey === this.listKey.peek();
    const [first, end] = same ? this.#visible : [0, 1];
    try {
      const offsets: number[] = [];
      for (let offset = offsetOf(first); offset < end; offset += PAGE_ROWS) offsets.push(offset);
      const pages = await Promise.all(offsets.map((offset) => load(offset, PAGE_ROWS, control.signal)));
      if (control.signal.aborted) return;
      batch(() => {
        const rows: (Row | undefined)[] = [];
        this.total.value = pages.at(-1)?.total ?? 0;
        for (const [index, page] of pages.entries()) putRows(rows, offsets[index] ?? 0, rowsOf(page));
        this.rows.value = rows;
        this.listKey.value = listKey;
        this.loading.value = false;
        this.error.value = null;
      });
    } catch (error) {
      if (control.signal.aborted) return;
      batch(() => {
        this.loading.value = false;
        this.error.value = asApiError(error, "samples");
      });
    }
  }

  /** Loads what is missing of the rows from `first` to before `end`: they are on screen. */
  showRows(first: number, end: number): void {
    this.#visible = [first, Math.max(first + 1, end)];
    for (let row = offsetOf(first); row < Math.min(end, this.total.peek()); row += PAGE_ROWS)
      void this.loadRow(row);
  }

  /** Loads the page that holds the row, unless it is there. */
  async loadRow(row: number): Promise<void> {
    const offset = offsetOf(row);
    if (this.#load === null || this.loading.peek() || this.rows.peek()[offset] !== undefined) return;
    let request = this.#requests.get(offset);
    if (request === undefined) {
      request = this.#loadPage(offset, this.#load, this.#control.signal);
      this.#requests.set(offset, request);
    }
    await request;
  }

  async #loadPage(offset: number, load: LoadPage, signal: AbortSignal): Promise<void> {
    try {
      const page = await load(offset, PAGE_ROWS, signal);
      if (signal.aborted) return;
      const rows = [...this.rows.peek()];
      putRows(rows, offset, rowsOf(page));
      batch(() => {
        this.rows.value = rows;
        this.total.value = page.total;
      });
    } catch (error) {
      if (!signal.aborted) this.error.value = asApiError(error, "samples");
    } finally {
      if (!signal.aborted) this.#requests.delete(offset);
    }
  }

  /** Withdraws what is under way. */
  stop(): void {
    this.#control.abort();
    this.#requests.clear();
  }
}

/** The offset of the page that holds a row. */
function offsetOf(row: number): number {
  return row - (row % PAGE_ROWS);
}

function putRows(rows: (Row | undefined)[], offset: number, page: readonly Row[]): void {
  for (let index = 0; index < page.length; index += 1) rows[offset + index] = page[index];
}
