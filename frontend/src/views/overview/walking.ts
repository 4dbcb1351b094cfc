import { useEffect } from "preact/hooks";
import { stepBeside } from "../../charts/shared/series";
import { type Answer, revision, useAnswer } from "../../state/data";
import { settled } from "./settle";

/** Answers about this many steps are kept: enough to walk back and forth without asking again. */
const KEPT = 16;
/** Once a step is on screen for so long, its neighbours are asked for, too. */
const AHEAD_MS = 150;

/** A question about one step. Equal keys have equal answers while the index does not change. */
export interface StepQuestion<T> {
  readonly key: string;
  readonly load: (signal: AbortSignal) => Promise<T>;
}

/** The answers given last, by question and revision of the index. */
export class Recent<T> {
  readonly #answers = new Map<string, T>();

  async ask(question: StepQuestion<T>, signal: AbortSignal, pause = settled): Promise<T> {
    const key = `${revision.peek()}\n${question.key}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    await pause(signal);
    const answer = await question.load(signal);
    this.#answers.set(key, answer);
    const oldest = this.#answers.keys().next();
    if (this.#answers.size > KEPT && !oldest.done) this.#answers.delete(oldest.value);
    return answer;
  }
}

/** Asks about the selected step, and then ahead about the steps beside it. Null asks nothing. */
export function useAtStep<T>(
  recent: Recent<T>,
  question: (step: number) => StepQuestion<T> | null,
  step: number,
  steps: readonly number[],
): Answer<T> {
  const now = question(step);
  const key = now?.key ?? "";
  const answer = useAnswer(key, (signal) => (now ? recent.ask(now, signal) : Promise.reject(new Error(key))));
  const there = key !== "" && !answer.loading && answer.error === null;
  useEffect(() => {
    if (!there) return;
    const control = new AbortController();
    const timer = setTimeout(() => {
      for (const delta of [1, -1]) {
        const neighbour = stepBeside(steps, step, delta);
        const next = neighbour === null ? null : question(neighbour);
        // A failure is told to whoever goes there: the question is asked again then.
        if (next && next.key !== key) recent.ask(next, control.signal).catch(() => undefined);
      }
    }, AHEAD_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [key, there, steps]);
  return answer;
}
