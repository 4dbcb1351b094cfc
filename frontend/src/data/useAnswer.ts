/** What the server said last: the runs, the steps of the current scope, and a hook for any other question. */

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { RunInfo, Runs, Steps } from "../api/answers";
import { ApiError, api, type Scope } from "../api/endpoints";
import { select, selection } from "../state/selection";
import { rulesOf } from "../state/textRules";

/** Null until the first answer. An answer stays when a newer question fails; the failure is beside it. */
export const runs = signal<Runs | null>(null);
export const runsError = signal<ApiError | null>(null);
/** Changes whenever any answer may have: `useAnswer` asks again. */
export const revision = signal("");
/** When the data last changed while we looked, in ms since 1970; null if it has not. */
export const changedAt = signal<number | null>(null);

/** A computed value that stays the same object while it says the same, so that nobody hears of no news. */
export function steady<T>(compute: () => T): ReadonlySignal<T> {
  let last: { key: string; value: T } | null = null;
  return computed(() => {
    const value = compute();
    const key = JSON.stringify(value);
    if (last?.key !== key) last = { key, value };
    return last.value;
  });
}

/** The chosen run; null while it is not known. */
export const run: ReadonlySignal<RunInfo | null> = steady(
  () => runs.value?.runs.find((one) => one.run === selection.value.run) ?? null,
);

const runKnown = computed(() => run.value !== null);

/** Run, split and attempt: what `/steps` is about. */
export const runScope: ReadonlySignal<Scope> = steady(() => {
  const { run: name, split, attempt } = selection.value;
  return { run: name, split, attempt };
});

/** The same and the filter: what curves and lists show. Steps are walked along without it. */
export const shownScope: ReadonlySignal<Scope> = steady(() => {
  const { where } = selection.value;
  return where === "" ? runScope.value : { ...runScope.value, where };
});

/** The current step alone. */
export const stepScope: ReadonlySignal<Scope> = steady(() => ({
  ...shownScope.value,
  step: selection.value.step,
}));

/** Whether lists cover more than the current step. */
export const ranged = computed(() => selection.value.step_min !== null || selection.value.step_max !== null);

/** The steps that lists cover: the chosen range, else the current step. */
export const listScope: ReadonlySignal<Scope> = steady(() => {
  if (!ranged.value) return stepScope.value;
  const { step_min, step_max } = selection.value;
  return { ...shownScope.value, step_min, step_max };
});

/** For `/sample` and `/tokens`: the run and its text rules, so that texts and token positions agree. */
export const sampleScope: ReadonlySignal<Scope> = steady(() => {
  const name = selection.value.run;
  return { run: name, ...rulesOf(name).value };
});

export interface Answer<T> {
  data: T | null;
  error: ApiError | null;
  /** A question is under way. */
  loading: boolean;
  /** `data` answers an older question than the current one: show it dimmed. */
  stale: boolean;
}

export function asApiError(error: unknown, question: string): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, error instanceof Error ? error.message : String(error), question);
}

/**
 * Asks, keeps the old answer while a newer one loads, and ignores answers to questions no longer asked.
 *
 * @param key Identifies the question; "" asks nothing and forgets the answer. A new revision asks again.
 */
export function useAnswer<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Answer<T> {
  const [state, setState] = useState<{ key: string; data: T | null; error: ApiError | null; asked: string }>({
    key: "",
    data: null,
    error: null,
    asked: "",
  });
  const latest = useRef(load);
  latest.current = load;
  const question = key === "" ? "" : `${key}\n${revision.value}`;
  useEffect(() => {
    if (question === "") {
      setState({ key: "", data: null, error: null, asked: "" });
      return undefined;
    }
    const control = new AbortController();
    latest.current(control.signal).then(
      (data) => {
        if (!control.signal.aborted) setState({ key, data, error: null, asked: question });
      },
      (error: unknown) => {
        if (control.signal.aborted) return;
        setState((old) => ({ ...old, error: asApiError(error, key), asked: question }));
      },
    );
    return () => control.abort();
  }, [question]);
  const loading = question !== "" && state.asked !== question;
  return {
    data: question === "" ? null : state.data,
    error: loading ? null : state.error,
    loading,
    stale: state.data !== null && state.key !== key,
  };
}

/** The steps of the current run, split and attempt, with the overview's metrics. */
export const steps = signal<Steps | null>(null);
export const stepsError = signal<ApiError | null>(null);
/** `steps` belongs to another run, split or attempt than the chosen one. */
export const stepsStale = signal(false);

/** A step that the page chose by itself and may move on while the run is still being read. */
let chosenForUser: number | null = null;

function chooseStep(loaded: Steps): void {
  const last = loaded.step.at(-1);
  const { step } = selection.peek();
  const following = step === chosenForUser && run.peek()?.state === "indexing";
  if (last === undefined || (step !== null && !following)) return;
  chosenForUser = last;
  select({ step: last });
}

/** Keeps `steps` true to the selection. Returns what stops it. */
export function followSteps(): () => void {
  let shown = "";
  return effect(() => {
    const scope = runScope.value;
    const key = JSON.stringify(scope);
    if (scope.run === "" || !runKnown.value) return undefined;
    void revision.value;
    stepsStale.value = shown !== key;
    const control = new AbortController();
    api.steps(scope, undefined, control.signal, "steps").then(
      (answer) => {
        if (control.signal.aborted) return;
        shown = key;
        batch(() => {
          steps.value = answer;
          stepsError.value = null;
          stepsStale.value = false;
        });
        chooseStep(answer);
      },
      (error: unknown) => {
        if (!control.signal.aborted) stepsError.value = asApiError(error, "steps");
      },
    );
    return () => control.abort();
  });
}
