/** Metrics per step beyond those that every view needs, for the curves and for the line above the table. */

import type { Steps } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { StepsParameters } from "../../api/parameters";
import { Question } from "../question";

/** The metrics of charts that were switched on, and all metrics of the samples that a filter selects. */
export const curveMetrics = new Question<StepsParameters, Steps>({
  name: "curves",
  place: "curves",
  load: endpoints.steps,
});

/** The steps that a list of samples covers: one step with the one before it, or a range (null is open). */
export interface ListedSteps {
  request: StepsParameters;
  step: number | null;
  range: { min: number | null; max: number | null } | null;
}

/** Metrics of the listed steps. `step` and `range` say which steps of the answer the list is of. */
export const listMetrics = new Question<ListedSteps, Steps>({
  name: "list metrics",
  place: "lengths",
  load: ({ request }, options) => endpoints.steps(request, options),
});
