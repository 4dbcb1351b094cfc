/** Parts of the data that the selection points at, as the server's parameters name them. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Scope } from "../api/parameters";
import { placesOf } from "../state/searchPlaces";
import { selected } from "../state/selection";
import { textRulesOf } from "../state/textRules";
import { stableComputed } from "./stableComputed";

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
    ...(search === "" ? {} : { search, regex: selected.regex.value, in: placesOf(selected.in.value) }),
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
