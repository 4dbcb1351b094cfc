/** Which sample metrics of the policy have a counterpart that was measured on the reference policy's answer. */

import type { RunInfo } from "../api/answers";

const REFERENCES: Readonly<Record<string, string>> = {
  reward: "ref_reward",
  valid_reward: "ref_valid_reward",
  n_chars: "ref_n_chars",
};

/** The reference policy's counterpart of a sample metric, where the run has one. */
export function referenceOf(run: RunInfo, metric: string): string | null {
  const name = REFERENCES[metric];
  return name !== undefined && run.metrics.some((other) => other.name === name) ? name : null;
}
