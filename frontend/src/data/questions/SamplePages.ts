/** The rows of a list that is longer than one answer: fetched page by page as they come on screen. */

import { batch, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Samples } from "../../api/answers";
import { type ApiError, asApiError } from "../../api/errors";
import { revision } from "../revision";
import { untilOtherRunIsLate } from "../scopes";
import {
  isHere,
  isOtherStep,
  offsetOf,
  offsetsOf,
  PAGE_ROWS,
  pageOf,
  putRows,
  type Row,
  type SampleList,
} from "./sampleList";
import { STEP_OPTIONS } from "./stepOptions";

export class SamplePages {
  /** Sparse: undefined where a page is not there yet. */
  readonly rows = signal<readonly (Row | undefined)[]>([]);
  readonly total = signal(0);
  /** The list that `rows` are of, as JSON; "" before the first answer. */
  readonly listKey = signal("");
  readonly loading = signal(false);
  readonly error = signal<ApiError | null>(null);

  #list: SampleList | null = null;
  #shown: SampleList | null = null; // the list that `rows` are of
  #control = new AbortController();
  /** Requests under way by offset, beside those of `show`. */
  #requests = new Map<number, Promise<void>>();
  /** Rows on screen: the first, and the one after the last. */
  #visible: readonly [number, number] = [0, 1];
  #soon: ReturnType<typeof setTimeout> | undefined;

  /** Whether `rows` are of this list: those of the one before stay until its answer. */
  isShowing(list: SampleList): boolean {
    return this.listKey.value === JSON.stringify(list);
  }

  /** Shows a list whenever it is another one or the index has changed, at once. Returns what ends that. */
  follow(list: ReadonlySignal<SampleList>): () => void {
    return effect(() => {
      void revision.value;
      void this.show(list.value);
      return untilOtherRunIsLate(this.#shown, list.value, () => this.#takeOff());
    });
  }

  /** Shows another list, or the same one again because the data changed. The old rows stay until the answer. */
  async show(list: SampleList): Promise<void> {
    this.stop();
    const control = new AbortController();
    this.#control = control;
    const before = this.#list;
    this.#list = list;
    const listKey = JSON.stringify(list);
    const [first, end] = listKey === this.listKey.peek() ? this.#visible : [0, 1];
    // Of a reader who walks along the steps it is waited whether this one is passed by.
    const delayMs = isOtherStep(before, list) ? STEP_OPTIONS.delayMs : 0;
    const asked = offsetsOf(first, end).map((offset) => pageOf(list, offset, control.signal, delayMs));
    if (asked.every(isHere)) return this.#put(listKey, first, asked);
    this.loading.value = true;
    try {
      const pages = await Promise.all(asked);
      if (!control.signal.aborted) this.#put(listKey, first, pages);
    } catch (error) {
      if (control.signal.aborted) return;
      batch(() => {
        this.loading.value = false;
        this.error.value = asApiError(error, "samples");
      });
    }
  }

  /** Takes off the rows, unless their answer has come meanwhile. */
  #takeOff(): void {
    if (this.#shown === this.#list) return;
    batch(() => {
      this.rows.value = [];
      this.total.value = 0;
      this.listKey.value = "";
    });
  }

  #put(listKey: string, first: number, pages: readonly Samples[]): void {
    this.#shown = this.#list;
    const rows: (Row | undefined)[] = [];
    for (const [at, page] of pages.entries()) putRows(rows, offsetOf(first) + at * PAGE_ROWS, page);
    batch(() => {
      this.total.value = pages.at(-1)?.total ?? 0;
      this.rows.value = rows;
      this.listKey.value = listKey;
      this.loading.value = false;
      this.error.value = null;
    });
  }

  /** The rows from `first` to before `end` are on screen: what is missing of them is loaded, unless they are passed by. */
  showRows(first: number, end: number): void {
    this.#visible = [first, Math.max(first + 1, end)];
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      const [from, to] = this.#visible;
      for (const row of offsetsOf(from, Math.min(to, this.total.peek()))) void this.loadRow(row);
    }, STEP_OPTIONS.delayMs);
  }

  /** Loads the page that holds the row, unless it is there. */
  async loadRow(row: number): Promise<void> {
    const offset = offsetOf(row);
    if (this.#list === null || this.loading.peek() || this.rows.peek()[offset] !== undefined) return;
    let request = this.#requests.get(offset);
    if (request === undefined) {
      request = this.#loadPage(this.#list, offset, this.#control.signal);
      this.#requests.set(offset, request);
    }
    await request;
  }

  async #loadPage(list: SampleList, offset: number, signal: AbortSignal): Promise<void> {
    try {
      const page = await pageOf(list, offset, signal);
      if (signal.aborted) return;
      const rows = [...this.rows.peek()];
      putRows(rows, offset, page);
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
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#requests.clear();
  }
}
