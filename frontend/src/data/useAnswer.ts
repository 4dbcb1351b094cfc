/** Answers in components: what is asked while they are on screen, and what is fetched before it is asked for. */

import { dequal } from "dequal";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/errors";
import type { Question } from "./question";
import { revision } from "./revision";
import { isOtherRun, untilOtherRunIsLate } from "./scopes";

export interface Answer<T, Parameters = unknown> {
  data: T | null;
  /** What `data` is the answer to: while a newer question is under way, the older one's parameters. */
  parameters: Parameters | null;
  error: ApiError | null;
  /** A question is under way. */
  loading: boolean;
  /** `data` answers an older question than the current one: show it dimmed. */
  stale: boolean;
}

interface AnswerState<T, Parameters> {
  data: T | null;
  parameters: Parameters | null;
  error: ApiError | null;
  /** The key of the question that `data` answers. */
  dataKey: string;
  /** The question, with its revision, that was answered or failed last. */
  settledKey: string;
}

const NOTHING = { data: null, parameters: null, error: null, dataKey: "", settledKey: "" };

/**
 * Asks, keeps the old answer while a newer one loads, and ignores answers to questions no longer asked.
 *
 * An answer that is remembered is there at once, in the frame that asks for it. A new revision asks again, and what it answers
 * alike stays the same object. Null as parameters asks nothing and forgets the answer.
 * An old answer about another run goes after a moment, and at once where the new question fails.
 */
export function useAnswer<Parameters, T>(
  question: Question<Parameters, T>,
  parameters: Parameters | null,
): Answer<T, Parameters> {
  const last = useRef<AnswerState<T, Parameters>>(NOTHING);
  const [, showAgain] = useState<unknown>(null);
  const key = parameters === null ? "" : question.key(parameters);
  const keyAtRevision = key === "" ? "" : `${key}\n${revision.value}`;
  if (parameters === null) last.current = NOTHING;
  else if (last.current.settledKey !== keyAtRevision) {
    const cached = question.cached(parameters);
    if (cached !== null) last.current = answered(last.current, cached.answer, parameters, key, keyAtRevision);
  }
  const state = last.current;
  useEffect(() => {
    if (parameters === null || last.current.settledKey === keyAtRevision) return undefined;
    const settle = (now: AnswerState<T, Parameters>) => {
      last.current = now;
      showAgain(now);
    };
    return question.ask(
      parameters,
      (data) => settle(answered(last.current, data, parameters, key, keyAtRevision)),
      (error) => {
        const kept = isOtherRun(last.current.parameters, parameters) ? NOTHING : last.current;
        settle({ ...kept, error, settledKey: keyAtRevision });
      },
    );
  }, [keyAtRevision]);
  useEffect(
    () =>
      untilOtherRunIsLate(state.parameters, parameters, () => {
        last.current = NOTHING;
        showAgain({});
      }),
    [state.parameters, key],
  );
  const loading = keyAtRevision !== "" && state.settledKey !== keyAtRevision;
  return {
    data: keyAtRevision === "" ? null : state.data,
    parameters: keyAtRevision === "" ? null : state.parameters,
    error: loading ? null : state.error,
    loading,
    stale: state.data !== null && state.dataKey !== key,
  };
}

/** The state after an answer. One that says the same as before is the object of before: whoever shows it need do nothing. */
function answered<T, Parameters>(
  before: AnswerState<T, Parameters>,
  data: T,
  parameters: Parameters,
  dataKey: string,
  settledKey: string,
): AnswerState<T, Parameters> {
  const isSame = before.dataKey === dataKey && dequal(before.data, data);
  return { data: isSame ? before.data : data, parameters, error: null, dataKey, settledKey };
}

/**
 * Fetches likely next answers once the reader stays: after a delay, if the component still shows the same.
 *
 * @param ready Whether the answer on screen is there; nothing is fetched before it.
 * @param shown What is on screen: a change of any of it starts the delay anew.
 * @param likely The parameters to fetch, evaluated after the delay; null and undefined are passed over.
 */
export function usePrefetch<Parameters, T>(
  question: Question<Parameters, T>,
  ready: boolean,
  shown: readonly unknown[],
  delayMs: number,
  likely: () => readonly (Parameters | null | undefined)[],
): void {
  useEffect(() => {
    if (!ready) return undefined;
    const control = new AbortController();
    const timer = setTimeout(() => {
      for (const parameters of likely()) {
        if (parameters !== null && parameters !== undefined) question.prefetch(parameters, control.signal);
      }
    }, delayMs);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }, [ready, ...shown]);
}
