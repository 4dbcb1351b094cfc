/** The rows of a list that is longer than one answer: fetched page by page as they come on screen. */

import { batch, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Samples } from "../../api/answers";
import { type ApiError, asApiError } from "../../api/errors";
import { revision } from "../revision";
import { isOtherRun, runScope, untilOtherRunIsLate } from "../scopes";
import {
  isOtherStep,
  offsetOf,
  pageOf,
  pagesBetween,
  placeOf,
  putRows,
  type Row,
  type SampleList,
  samplePage,
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
  #withdraw = (): void => undefined; // the request of `show`; those beside it by offset:
  #control = new AbortController();
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
    const ends = [
      effect(() => {
        void revision.value;
        this.show(list.value);
      }),
      effect(() => untilOtherRunIsLate(this.#shown, runScope.value, () => this.#takeOffOtherRun())),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** Shows another list, or the same one again because the data changed. The old rows stay until the answer. */
  show(list: SampleList): void {
    this.stop();
    // Of a reader who walks along the steps it is waited whether this one is passed by.
    const delayMs = isOtherStep(this.#list, list) ? STEP_OPTIONS.delayMs : 0;
    this.#list = list;
    const listKey = JSON.stringify(list);
    const [first, end] = listKey === this.listKey.peek() ? this.#visible : [0, 1];
    this.loading.value = true;
    this.#withdraw = samplePage.ask(
      pageOf(list, first, end),
      (page) => this.#put(listKey, offsetOf(first), page),
      (error) =>
        batch(() => {
          this.loading.value = false;
          this.error.value = error;
        }),
      { ...placeOf(first), delayMs },
    );
  }

  /** Takes off rows of another run than the list's, unless its answer has come meanwhile. */
  #takeOffOtherRun(): void {
    if (!isOtherRun(this.#shown, this.#list)) return;
    batch(() => {
      this.rows.value = [];
      this.total.value = 0;
      this.listKey.value = "";
    });
  }

  #put(listKey: string, offset: number, page: Samples): void {
    this.#shown = this.#list;
    const isSameList = listKey === this.listKey.peek();
    const rows: (Row | undefined)[] = [];
    putRows(rows, offset, page);
    batch(() => {
      this.total.value = page.total;
      this.rows.value = rows;
      this.listKey.value = listKey;
      this.loading.value = false;
      this.error.value = null;
    });
    if (isSameList) this.showRows(...this.#visible); // one answer may hold fewer rows than a tall screen
  }

  /** The rows from `first` to before `end` are on screen: what is missing of them is loaded, unless they are passed by. */
  showRows(first: number, end: number): void {
    this.#visible = [first, Math.max(first + 1, end)];
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      const [from, to] = this.#visible;
      for (const row of pagesBetween(from, Math.min(to, this.total.peek()))) void this.loadRow(row);
    }, STEP_OPTIONS.delayMs);
  }

  /** Loads the page that holds the row, unless it is there. */
  async loadRow(row: number): Promise<void> {
    const offset = offsetOf(row);
    if (this.#list === null || this.loading.peek() || this.rows.peek()[offset] !== undefined) return;
    const underWay = this.#requests.get(offset);
    const request = underWay ?? this.#loadPage(this.#list, offset, this.#control.signal);
    this.#requests.set(offset, request);
    await request;
  }

  async #loadPage(list: SampleList, offset: number, signal: AbortSignal): Promise<void> {
    try {
      const page = await samplePage.fetch(pageOf(list, offset), signal, placeOf(offset));
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
    this.#withdraw();
    this.#control.abort();
    this.#control = new AbortController();
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#requests.clear();
  }
}
