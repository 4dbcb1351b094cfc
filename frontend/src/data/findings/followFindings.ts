/** Asks what looks wrong in the chosen run, and again whenever its data or the tried thresholds have changed. */

import { batch, computed, effect, signal } from "@preact/signals";
import type { Findings } from "../../api/findings";
import * as route from "../../api/findingsRoute";
import { visible } from "../../host/appearance";
import { selected } from "../../state/selection";
import { triedThresholds } from "../../state/triedThresholds";
import { Question } from "../question";
import { revision } from "../revision";
import { run } from "../runs";
import { runScope } from "../scopes";
import { findings, findingsError } from "./findings";

/** So soon an answer of what there was so far is asked for again, ms. */
const AGAIN_MS = 2000;

const question = new Question<route.FindingsParameters, Findings>({
  name: "findings",
  place: "findings",
  load: route.findings,
});

const hasSamples = computed(() => (run.value?.samples ?? 0) > 0);

/** Keeps `findings` true to the run and its index. Returns what stops it. */
export function followFindings(): () => void {
  const again = signal(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let answeredScope = "";
  const stop = effect(() => {
    // Asks again when the index has changed, and while the numbers of steps are behind it.
    void revision.value;
    void again.value;
    clearTimeout(timer);
    const scope = runScope.value;
    if (answeredScope !== JSON.stringify(scope)) {
      findings.value = null;
      findingsError.value = null;
    }
    if (!hasSamples.value) return undefined;
    const threshold = triedThresholds(selected.thresholds.value).map(({ name, value }) => `${name}:${value}`);
    return question.ask(
      { ...scope, threshold },
      (answer) => {
        answeredScope = JSON.stringify(scope);
        batch(() => {
          findings.value = answer;
          findingsError.value = null;
        });
        if (answer.state === "computing" && visible.peek())
          timer = setTimeout(() => {
            again.value += 1;
          }, AGAIN_MS);
      },
      (error) => {
        findingsError.value = error;
      },
    );
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
