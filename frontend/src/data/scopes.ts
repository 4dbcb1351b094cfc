/** Parts of the data that the selection points at, as the server's parameters name them. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Scope } from "../api/parameters";
import { placesOf } from "../state/searchPlaces";
import { selection } from "../state/selection";
import { textRulesOf } from "../state/textRules";
import { stableComputed } from "./stableComputed";

/** Run, split and attempt: what `/steps` is about. */
export const runScope: ReadonlySignal<Scope> = stableComputed(() => {
  const { run, split, attempt } = selection.value;
  return { run, split, attempt };
});

/** The same, narrowed by filter and search: what curves and lists show. Steps are walked along without it. */
export const shownScope: ReadonlySignal<Scope> = stableComputed(() => {
  const { run, split, attempt, where, search, regex, in: places } = selection.value;
  return {
    ...{ run, split, attempt },
    ...(where === "" ? {} : { where }),
    ...(search === "" ? {} : { search, regex, in: placesOf(places) }),
  };
});

/** Whether lists cover a range of steps instead of the current step. */
export const hasStepRange = computed(
  () => selection.value.step_min !== null || selection.value.step_max !== null,
);

/** The steps that lists cover: the chosen range, else the current step. */
export const listScope: ReadonlySignal<Scope> = stableComputed(() => {
  const { step, step_min, step_max } = selection.value;
  return { ...shownScope.value, ...(hasStepRange.value ? { step_min, step_max } : { step }) };
});

/** For `/sample` and `/tokens`: the run and its text rules, so that texts and token positions agree. */
export const sampleScope: ReadonlySignal<Scope> = stableComputed(() => {
  const { run } = selection.value;
  return { run, ...textRulesOf(run).value };
});
