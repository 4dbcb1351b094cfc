/** Why a chart has nothing to draw, and what to do about it. */

import type { CurveLine } from "../../../charts/curves/plotColumns";
import { findMessage, t } from "../../../i18n";
import { unusableWords } from "../shared/unusableWords";
import type { ChartSource } from "./chartCatalogue";

/** What the charts that explain themselves are made of. */
const MADE_OF: Readonly<Record<string, readonly string[]>> = {
  reward: ["reward"],
  kl: ["logprobs", "ref_logprobs"],
  length: ["response_tokens"],
  reward_gap: ["reward", "ref_reward"],
};

/** Null where there is something to draw. */
export function emptyReason(source: ChartSource, lines: readonly CurveLine[]): string | null {
  if (lines.some((line) => line.values.some((value) => value != null))) return null;
  if (source.lines.length === 0) {
    const own = unusableWords(MADE_OF[source.id] ?? []) ?? findMessage(`overview.empty.${source.id}`);
    if (own !== null) return own;
  }
  return lines.length === 0 ? t("overview.loading") : t("overview.empty.all_missing");
}
