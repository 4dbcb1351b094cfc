/** The route of the findings, apart from the others: no first view waits for it. Only `data/` calls it. */

import { findings as decoder, type Findings } from "./findings";
import type { Scope } from "./parameters";
import { jsonEndpoint } from "./request";

export interface FindingsParameters extends Scope {
  /** Thresholds to try instead of the run's own, each as `name:value`. */
  threshold?: readonly string[];
}

export const findings = jsonEndpoint<FindingsParameters, Findings>("findings", decoder);
