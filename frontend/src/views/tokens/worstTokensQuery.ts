/** Which worst tokens the list shows, from the selection. */

import type { RunInfo } from "../../api/answers";
import type { WorstTokensParameters } from "../../api/parameters";
import { hasStepRange, listScope, shownScope } from "../../data/scopes";
import { selection } from "../../state/selection";

/** Rows of the list. */
export const ROWS = 100;

/** The metrics that are most often looked for, best first. */
const PREFERRED = ["k3", "log_ratio", "mismatch_k3", "surprise", "logprobs"];

/** The chosen metric where the run has it, else the first that it has of those most often looked for. */
export function worstMetric(info: RunInfo): string {
  const { metric } = selection.value;
  const names = info.token_metrics.map(({ name }) => name);
  if (names.includes(metric)) return metric;
  return PREFERRED.find((name) => names.includes(name)) ?? names[0] ?? "";
}

export function worstTokensParameters(info: RunInfo): WorstTokensParameters {
  const { by, end, one_step } = selection.value;
  const scope = (hasStepRange.value || one_step ? listScope : shownScope).value;
  return { ...scope, metric: worstMetric(info), by, end, limit: ROWS, per_sample: by === "sample" ? 1 : 0 };
}
