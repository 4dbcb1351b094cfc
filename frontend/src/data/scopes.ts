/** Parts of the data that the selection points at, as the server's parameters name them. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Scope } from "../api/parameters";
import { searchedTexts } from "../state/searchedTexts";
import { selected } from "../state/selection";
import { textRulesOf } from "../state/textRules";

/** Like `computed`, but the same object as long as it is the same JSON, so that dependents do not run for nothing. */
export function stableComputed<T>(compute: () => T): ReadonlySignal<T> {
  let last: { json: string; value: T } | null = null;
  return computed(() => {
    const value = compute();
    const json = JSON.stringify(value);
    if (last?.json !== json) last = { json, value };
    return last.value;
  });
}

/** Run, split and attempt: what `/steps` is about. */
export const runScope: ReadonlySignal<Scope> = stableComputed(() => {
  const [run, split, attempt] = [selected.run.value, selected.split.value, selected.attempt.value];
  return { run, split, attempt };
});

/** The same, narrowed by filter and search: what curves and lists show. Steps are walked along without it. */
export const shownScope: ReadonlySignal<Scope> = stableComputed(() => {
  const [where, search] = [selected.where.value, selected.search.value];
  return {
    ...runScope.value,
    ...(where === "" ? {} : { where }),
    ...(search === "" ? {} : { search, regex: selected.regex.value, in: searchedTexts(selected.in.value) }),
  };
});

/** Whether lists cover a range of steps instead of the current step. */
export const hasStepRange = computed(
  () => selected.step_min.value !== null || selected.step_max.value !== null,
);

/** The steps that lists cover: the chosen range, else the current step. */
export const listScope: ReadonlySignal<Scope> = stableComputed(() => {
  const [step_min, step_max] = [selected.step_min.value, selected.step_max.value];
  return {
    ...shownScope.value,
    ...(hasStepRange.value ? { step_min, step_max } : { step: selected.step.value }),
  };
});

/** For `/sample` and `/tokens`: the run and its text rules, so that texts and token positions agree. */
export const sampleScope: ReadonlySignal<Scope> = stableComputed(() => {
  const run = selected.run.value;
  return { run, ...textRulesOf(run).value };
});

/**
 * The run and the text rules that an answer was asked with. What it names is asked for with these: while it is still on
 * screen, another run may be chosen already, which has no such sample.
 */
export function sampleScopeOf({ run, pad, system_end }: Scope): Scope {
  return {
    run,
    ...(pad === undefined ? {} : { pad }),
    ...(system_end === undefined ? {} : { system_end }),
  };
}

/** How long answers about the run before stay on screen, dimmed, while those about the chosen run are loading, in ms. */
export const OTHER_RUN_MS = 400;

const RUN_NAMES = ["run", "split", "attempt", "against_run", "against_split"] as const;

/** Whether two questions are about other runs, or about other splits or attempts of them. */
export function isOtherRun(before: unknown, now: unknown): boolean {
  return RUN_NAMES.some((name) => fieldOf(before, name) !== fieldOf(now, name));
}

function fieldOf(parameters: unknown, name: string): unknown {
  return (parameters as Readonly<Record<string, unknown>> | null)?.[name] ?? "";
}

/**
 * Has what is on screen taken off when it is of another run than what is asked, and there is no answer in time.
 *
 * @param shown The parameters of what is on screen; null where nothing is.
 * @returns What withdraws that.
 */
export function untilOtherRunIsLate(shown: unknown, asked: unknown, takeOff: () => void): () => void {
  if (shown === null || !isOtherRun(shown, asked)) return () => undefined;
  const timer = setTimeout(takeOff, OTHER_RUN_MS);
  return () => clearTimeout(timer);
}
