/** Which worst tokens the list shows, from the selection. */

import type { RunInfo } from "../../api/answers";
import type { WorstTokensParameters } from "../../api/parameters";
import { hasStepRange, listScope, sampleScope, shownScope } from "../../data/scopes";
import { followed } from "../../metrics";
import { selection } from "../../state/selection";

/** Rows of the list. */
export const MAX_ROWS = 100;

/** The metrics that are most often looked for, best first. */
const PREFERRED = ["k3", "log_ratio", "mismatch_k3", "surprise", "logprobs"];

/** The chosen metric where the run has it, else that of the clicked curve, else the first of those most often looked for. */
export function worstMetric(info: RunInfo): string {
  const { metric } = selection.value;
  const names = info.token_metrics.map(({ name }) => name);
  if (names.includes(metric)) return metric;
  const along = followed.value?.tokenMetric ?? null;
  if (along !== null) return along;
  return PREFERRED.find((name) => names.includes(name)) ?? names[0] ?? "";
}

export function worstTokensParameters(info: RunInfo): WorstTokensParameters {
  const { by, end, all_steps } = selection.value;
  const scope = (all_steps && !hasStepRange.value ? shownScope : listScope).value;
  const shown = { metric: worstMetric(info), by, end, limit: MAX_ROWS, per_sample: by === "sample" ? 1 : 0 };
  return { ...sampleScope.value, ...scope, ...shown };
}
