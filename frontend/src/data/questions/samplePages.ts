/** The rows of a list that is longer than one answer: fetched page by page as they come on screen. */

import { batch, signal } from "@preact/signals";
import type { Samples, Value } from "../../api/answers";
import type { ApiError } from "../../api/endpoints";
import { asApiError } from "../useAnswer";

export const PAGE = 100;

/** One row of a columnar page. */
export interface Row {
  columns: Readonly<Record<string, readonly Value[]>>;
  at: number;
}

export type LoadPage = (offset: number, limit: number, signal: AbortSignal) => Promise<Samples>;

export function cellOf(row: Row, name: string): Value {
  return row.columns[name]?.[row.at] ?? null;
}

export function idOf(row: Row): string {
  return String(cellOf(row, "id") ?? "");
}

function rowsOf(answer: Samples): Row[] {
  const length = answer.columns["id"]?.length ?? 0;
  return Array.from({ length }, (_, at) => ({ columns: answer.columns, at }));
}

export class Pages {
  /** Sparse: undefined where a page is not there yet. */
  readonly rows = signal<readonly (Row | undefined)[]>([]);
  readonly total = signal(0);
  /** The question that `rows` answers; "" before the first answer. */
  readonly question = signal("");
  readonly loading = signal(false);
  readonly error = signal<ApiError | null>(null);

  #load: LoadPage | null = null;
  #control = new AbortController();
  #underWay = new Map<number, Promise<void>>();
  #wanted: readonly [number, number] = [0, 1];

  /** Asks another question, or the same one again because the data changed. The old rows stay until the answer. */
  async ask(question: string, load: LoadPage): Promise<void> {
    this.stop();
    const control = new AbortController();
    this.#control = control;
    this.#load = load;
    this.loading.value = true;
    const same = question === this.question.peek();
    const [first, last] = same ? this.#wanted : [0, 1];
    try {
      const offsets: number[] = [];
      for (let page = Math.floor(first / PAGE); page * PAGE < last; page += 1) offsets.push(page * PAGE);
      const answers = await Promise.all(offsets.map((offset) => load(offset, PAGE, control.signal)));
      if (control.signal.aborted) return;
      batch(() => {
        const rows: (Row | undefined)[] = [];
        this.total.value = answers.at(-1)?.total ?? 0;
        for (const [index, answer] of answers.entries()) place(rows, offsets[index] ?? 0, rowsOf(answer));
        this.rows.value = rows;
        this.question.value = question;
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

  /** The rows from `first` to before `last` are on screen. */
  want(first: number, last: number): void {
    this.#wanted = [first, Math.max(first + 1, last)];
    for (let row = first - (first % PAGE); row < Math.min(last, this.total.peek()); row += PAGE)
      void this.need(row);
  }

  /** Loads the page that holds the row, unless it is there. */
  async need(row: number): Promise<void> {
    const offset = row - (row % PAGE);
    if (this.#load === null || this.loading.peek() || this.rows.peek()[offset] !== undefined) return;
    let fetched = this.#underWay.get(offset);
    if (fetched === undefined) {
      fetched = this.#fetch(offset, this.#load, this.#control.signal);
      this.#underWay.set(offset, fetched);
    }
    await fetched;
  }

  async #fetch(offset: number, load: LoadPage, control: AbortSignal): Promise<void> {
    try {
      const answer = await load(offset, PAGE, control);
      if (control.aborted) return;
      const rows = [...this.rows.peek()];
      place(rows, offset, rowsOf(answer));
      batch(() => {
        this.rows.value = rows;
        this.total.value = answer.total;
      });
    } catch (error) {
      if (!control.aborted) this.error.value = asApiError(error, "samples");
    } finally {
      if (!control.aborted) this.#underWay.delete(offset);
    }
  }

  stop(): void {
    this.#control.abort();
    this.#underWay.clear();
  }
}

function place(rows: (Row | undefined)[], offset: number, page: readonly Row[]): void {
  for (let index = 0; index < page.length; index += 1) rows[offset + index] = page[index];
}
