/** Metrics per step beyond those that every view needs, for the curves and for the line above the table. */

import type { Steps } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { StepsParameters } from "../../api/parameters";
import { Question } from "../question";
import { STEP_OPTIONS } from "./stepOptions";

/** The metrics of charts that were switched on, and all metrics of the samples that a filter selects. */
export const curveMetrics = new Question<StepsParameters, Steps>({
  name: "curves",
  place: "curves",
  load: endpoints.steps,
});

/** Metrics of the listed steps, or of a stretch of steps that the listed one is in. */
export const listMetrics = new Question<StepsParameters, Steps>({
  name: "list metrics",
  place: "lengths",
  ...STEP_OPTIONS,
  load: endpoints.steps,
});
