/** The steps of the chosen run, split and attempt, with the metrics that every view needs. */

import { batch, computed, effect, signal } from "@preact/signals";
import type { Steps } from "../api/answers";
import * as endpoints from "../api/endpoints";
import type { ApiError } from "../api/errors";
import type { Scope } from "../api/parameters";
import { select, selection } from "../state/selection";
import { Question } from "./question";
import { revision } from "./revision";
import { run } from "./runs";
import { runScope } from "./scopes";

/** Null until the first answer. An answer stays when a newer question fails; the failure is beside it. */
export const steps = signal<Steps | null>(null);
export const stepsError = signal<ApiError | null>(null);
/** `steps` belongs to another run, split or attempt than the chosen one. */
export const stepsStale = signal(false);

const runSteps = new Question<Scope, Steps>({ name: "steps", place: "steps", load: endpoints.steps });

const isRunKnown = computed(() => run.value !== null);

/** The step that the page chose by itself last: it may move on while the run is still being read. */
let automaticStep: number | null = null;

function selectLastStep(answer: Steps): void {
  const last = answer.step.at(-1);
  const { step } = selection.peek();
  const following = step === automaticStep && run.peek()?.state === "indexing";
  if (last === undefined || (step !== null && !following)) return;
  automaticStep = last;
  select({ step: last });
}

/** Keeps `steps` true to the selection and the index. Returns what stops it. */
export function followSteps(): () => void {
  let answeredKey = "";
  return effect(() => {
    const scope = runScope.value;
    if (scope.run === "" || !isRunKnown.value) return undefined;
    // Asks again when the index has changed.
    void revision.value;
    const key = runSteps.key(scope);
    stepsStale.value = answeredKey !== key;
    return runSteps.ask(
      scope,
      (answer) => {
        answeredKey = key;
        batch(() => {
          steps.value = answer;
          stepsError.value = null;
          stepsStale.value = false;
        });
        selectLastStep(answer);
      },
      (error) => {
        stepsError.value = error;
      },
    );
  });
}
