/** Runs whose curves lie over those of the run: which they are, and their numbers. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Steps } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import { type ApiError, asApiError } from "../../api/errors";
import type { Scope } from "../../api/parameters";
import { select, selected } from "../../state/selection";
import { Question } from "../question";
import { runs } from "../runs";
import { joinNames, splitNames } from "../scalarPairing";

/** More curves on one another show nothing, and each run is a question. */
export const MAX_OVERLAID = 8;

export interface OverlaidRun {
  readonly run: string;
  readonly isShown: boolean;
  /** Which of the runs it is, hidden ones counted: its colour, which stays when others are hidden. */
  readonly place: number;
}

const HIDDEN = "!";

/** Those that the address names and that there are, the run of the page left out. */
export const overlaidRuns: ReadonlySignal<readonly OverlaidRun[]> = computed(() => {
  if (selected.overlay.value === "") return [];
  const known = new Set(runs.value?.runs.map(({ run }) => run));
  return splitNames(selected.overlay.value)
    .map((name) => {
      const isHidden = name.startsWith(HIDDEN) && !known.has(name);
      return { run: isHidden ? name.slice(1) : name, isShown: !isHidden };
    })
    .filter(({ run }) => known.has(run) && run !== selected.run.value)
    .slice(0, MAX_OVERLAID)
    .map((overlaid, place) => ({ ...overlaid, place }));
});

function write(list: readonly Omit<OverlaidRun, "place">[]): void {
  select({ overlay: joinNames(list.map(({ run, isShown }) => (isShown ? run : HIDDEN + run))) });
}

/** Lays a run over the others, or takes it off; false where there are as many as there may be. */
export function overlayRun(run: string, isOn: boolean): boolean {
  const others = overlaidRuns.value.filter((other) => other.run !== run);
  if (isOn && others.length >= MAX_OVERLAID) return false;
  write(isOn ? [...others, { run, isShown: true }] : others);
  return true;
}

/** Shows the curves of an overlaid run, or hides them; it stays in the legend. */
export function showOverlaid(run: string, isShown: boolean): void {
  write(overlaidRuns.value.map((other) => (other.run === run ? { ...other, isShown } : other)));
}

/** The curves of one run as far as they are drawn over others; why they did not come. */
export interface OverlaidCurves {
  readonly run: string;
  readonly steps: Steps | null;
  readonly error: ApiError | null;
}

export interface OverlayParameters {
  /** What of each run is shown. */
  readonly scope: Omit<Scope, "run">;
  /** The metrics of each run that are drawn, those that it has. */
  readonly runs: readonly { readonly run: string; readonly metrics: readonly string[] }[];
}

/** Without what only bands and tables show: eight runs of many steps would be hundreds of megabytes. */
export function thin(steps: Steps): Steps {
  const none: (number | null)[] = [];
  const metrics = Object.entries(steps.metrics).map(([name, { count, nonfinite, mean, ...rest }]) => {
    const dropped = Object.fromEntries(Object.keys(rest).map((key) => [key, none])) as typeof rest;
    return [name, { ...dropped, count, nonfinite, mean }] as const;
  });
  return { ...steps, metrics: Object.fromEntries(metrics) };
}

export const overlayCurves = new Question<OverlayParameters, readonly OverlaidCurves[]>({
  name: "overlay",
  place: "overlay",
  // One after the other: the charts of the run of the page do not wait behind eight questions.
  load: async ({ scope, runs: asked }, options) => {
    const found: OverlaidCurves[] = [];
    for (const { run, metrics } of asked) {
      try {
        const steps = await endpoints.steps({ ...scope, run, metrics }, options);
        found.push({ run, steps: thin(steps), error: null });
      } catch (error) {
        if (options.signal?.aborted) throw error;
        found.push({ run, steps: null, error: asApiError(error, `steps ${run}`) });
      }
    }
    return found;
  },
});
