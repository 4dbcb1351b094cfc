/** Questions to the server: each kind is declared once, and remembers its last answers by their parameters. */

import { type ApiError, asApiError } from "../api/errors";
import type { RequestOptions } from "../api/request";
import { revision } from "./revision";

/** How the server is asked, whatever is asked. */
interface AskOptions {
  /** Where the answer stands on screen: the server gives up the older question for the same place. */
  place?: string;
  /** How long to wait before asking, in ms, so that what is passed by (a held arrow key) is not asked at all. */
  delayMs?: number | (() => number);
  /** Asks to the end though nobody waits any more, because the answer is likely to be wanted soon. */
  outlivesAsker?: boolean;
}

export interface QuestionDefinition<Parameters, Answer> extends AskOptions {
  /** Tells its answers from those of other questions. */
  name: string;
  /** Asks the server, by one or several endpoints. */
  load: (parameters: Parameters, options: RequestOptions) => Promise<Answer>;
  /** How many answers are remembered until the index changes; those used last stay. None unless said. */
  cacheSize?: number;
}

interface CacheEntry<Answer> {
  promise: Promise<Answer>;
  /** Null while it is under way. */
  settled: { readonly answer: Answer } | null;
}

/** One kind of question. Equal parameters have equal answers as long as the index does not change. */
export class Question<Parameters, Answer> {
  readonly #definition: QuestionDefinition<Parameters, Answer>;
  /** By revision and parameters, least recently used first. */
  readonly #cache = new Map<string, CacheEntry<Answer>>();

  constructor(definition: QuestionDefinition<Parameters, Answer>) {
    this.#definition = definition;
  }

  /** Identifies the question with its parameters, whatever the revision. */
  key(parameters: Parameters): string {
    return `${this.#definition.name} ${JSON.stringify(parameters)}`;
  }

  /** The remembered answer at the current revision, which may still be under way; undefined if there is none. */
  cachedPromise(parameters: Parameters): Promise<Answer> | undefined {
    return this.#cacheEntry(parameters)?.promise;
  }

  /** The remembered answer at the current revision if it is here already: it can be shown in the same frame. */
  cached(parameters: Parameters): { readonly answer: Answer } | null {
    return this.#cacheEntry(parameters)?.settled ?? null;
  }

  /**
   * The answer at the current revision: the remembered one, else the server's. Raises what asking raises.
   *
   * @param signal Withdraws the question.
   * @param how What is other than declared.
   */
  async fetch(parameters: Parameters, signal?: AbortSignal, how: AskOptions = {}): Promise<Answer> {
    const cached = this.cachedPromise(parameters);
    if (cached !== undefined) return cached;
    const { load, place = "", delayMs = 0, outlivesAsker = false } = { ...this.#definition, ...how };
    const wait = typeof delayMs === "number" ? delayMs : delayMs();
    const key = this.#keyAtRevision(parameters);
    if (wait > 0) {
      await pause(wait, signal);
      const askedMeanwhile = this.cachedPromise(parameters);
      if (askedMeanwhile !== undefined) return askedMeanwhile;
    }
    if (outlivesAsker) return this.#store(key, { promise: load(parameters, { place }), settled: null });
    const answer = await load(parameters, { signal, place });
    return this.#store(key, { promise: Promise.resolve(answer), settled: { answer } });
  }

  /** Fetches an answer that is likely to be wanted. A failure is silent: whoever asks then asks the server again. */
  prefetch(parameters: Parameters, signal?: AbortSignal): void {
    this.fetch(parameters, signal).catch(() => undefined);
  }

  /**
   * Calls back once: at once with a remembered answer, so that it is drawn in the same frame, else with the fetched one,
   * unless that is withdrawn before. Returns what withdraws it.
   */
  ask(
    parameters: Parameters,
    answered: (answer: Answer) => void,
    failed: (error: ApiError) => void,
    how: AskOptions = {},
  ): () => void {
    const control = new AbortController();
    const cached = this.cached(parameters);
    if (cached !== null) answered(cached.answer);
    else
      this.fetch(parameters, control.signal, how).then(
        (answer) => {
          if (!control.signal.aborted) answered(answer);
        },
        (error: unknown) => {
          if (!control.signal.aborted) failed(asApiError(error, this.key(parameters)));
        },
      );
    return () => control.abort();
  }

  #cacheEntry(parameters: Parameters): CacheEntry<Answer> | undefined {
    const key = this.#keyAtRevision(parameters);
    const entry = this.#cache.get(key);
    if (entry === undefined) return undefined;
    // Used last, dropped last.
    this.#cache.delete(key);
    this.#cache.set(key, entry);
    return entry;
  }

  #keyAtRevision(parameters: Parameters): string {
    return `${revision.peek()}\n${this.key(parameters)}`;
  }

  /** Keeps an answer until others have taken its place; one that fails is forgotten at once. */
  #store(key: string, entry: CacheEntry<Answer>): Promise<Answer> {
    this.#cache.set(key, entry);
    entry.promise.then(
      (answer) => {
        entry.settled = { answer };
      },
      () => this.#cache.delete(key),
    );
    const { cacheSize = 0 } = this.#definition;
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= cacheSize) break;
      this.#cache.delete(oldest);
    }
    return entry.promise;
  }
}

/** Waits, and raises `AbortError` if the question is withdrawn meanwhile. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("dropped", "AbortError"));
    });
  });
}
