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
import { runScope, untilOtherRunIsLate } from "./scopes";

/** Null until the first answer. An answer stays when a newer question fails; the failure is beside it. */
export const steps = signal<Steps | null>(null);
export const stepsError = signal<ApiError | null>(null);
/** `steps` belongs to another run, split or attempt than the chosen one. */
export const stepsStale = signal(false);

const runSteps = new Question<Scope, Steps>({ name: "steps", place: "steps", load: endpoints.steps });

const isRunKnown = computed(() => run.value !== null);

/** The newest step where the reader wants to stay although newer ones come. */
const heldStep = signal<number | null>(null);

/** The newest step that is known. */
export const newestStep = computed(() => steps.value?.step.at(-1) ?? null);

/**
 * Whether the page moves on to each newer step: while the newest one is selected, unless the reader holds it. An open
 * sample is read in peace.
 */
export const isFollowing = computed(() => {
  const { step, sample } = selection.value;
  return step !== null && step === newestStep.value && step !== heldStep.value && sample === null;
});

/** Goes to the newest step and follows, or stays where the page is. */
export function follow(on: boolean): void {
  heldStep.value = on ? null : selection.peek().step;
  const newest = newestStep.peek();
  if (on && newest !== null) select({ step: newest });
}

function selectNewest(answer: Steps, wasFollowing: boolean): void {
  const newest = answer.step.at(-1);
  if (newest !== undefined && (selection.peek().step === null || wasFollowing)) select({ step: newest });
}

/** Keeps `steps` true to the selection and the index. Returns what stops it. */
export function followSteps(): () => void {
  let answeredKey = "";
  let answeredScope: Scope | null = null;
  // A link to the run that is on screen asks for nothing new, and may say no step.
  const stopChoosing = effect(() => {
    const isMissing = selection.value.step === null;
    if (isMissing && steps.value !== null && answeredKey === runSteps.key(runScope.value))
      selectNewest(steps.value, false);
  });
  const stopAsking = effect(() => {
    const scope = runScope.value;
    if (scope.run === "" || !isRunKnown.value) return undefined;
    // Asks again when the index has changed.
    void revision.value;
    const key = runSteps.key(scope);
    stepsStale.value = answeredKey !== key;
    const takeOff = () => {
      answeredScope = null;
      steps.value = null;
    };
    const keepOnScreen = untilOtherRunIsLate(answeredScope, scope, takeOff);
    const withdraw = runSteps.ask(
      scope,
      (answer) => {
        keepOnScreen();
        const wasFollowing = isFollowing.peek() && answeredKey === key;
        answeredKey = key;
        answeredScope = scope;
        batch(() => {
          steps.value = answer;
          stepsError.value = null;
          stepsStale.value = false;
        });
        selectNewest(answer, wasFollowing);
      },
      (error) => {
        stepsError.value = error;
      },
    );
    return () => {
      keepOnScreen();
      withdraw();
    };
  });
  return () => {
    stopChoosing();
    stopAsking();
  };
}
