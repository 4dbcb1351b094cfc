/** What the list asks the server, from the selection. */

import type { RunInfo } from "../../api/answers";
import type { Scope, WorstQuery } from "../../api/endpoints";
import { listScope, ranged, shownScope, stepScope } from "../../data/useAnswer";
import { selection } from "../../state/selection";

export const ROWS = 100;
/** What is most often looked for, best first. */
const FIRST = ["k3", "log_ratio", "mismatch_k3", "surprise", "logprobs"];

/** The chosen metric where the run has it, else the first that it has of those most often looked for. */
export function metricOf(info: RunInfo): string {
  const { metric } = selection.value;
  const known = info.token_metrics.map(({ name }) => name);
  if (known.includes(metric)) return metric;
  return FIRST.find((name) => known.includes(name)) ?? known[0] ?? "";
}

export function question(info: RunInfo): { scope: Scope; query: WorstQuery } {
  const { by, end, one_step } = selection.value;
  const scope = ranged.value ? listScope.value : one_step ? stepScope.value : shownScope.value;
  return {
    scope,
    query: { metric: metricOf(info), by, end, limit: ROWS, per_sample: by === "sample" ? 1 : 0 },
  };
}
