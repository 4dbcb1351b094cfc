/** Why a chart has nothing to draw, and what to do about it. */

import type { CurveLine } from "../../../charts/curves/plotColumns";
import { findMessage, t } from "../../../i18n";
import type { ChartSource } from "../catalogue/chartCatalogue";
import { LOGGED_FIELDS } from "../catalogue/openingCharts";
import { unusableWords } from "../shared/unusableWords";

/** Null where there is something to draw. */
export function emptyReason(source: ChartSource, lines: readonly CurveLine[]): string | null {
  if (lines.some((line) => line.values.some((value) => value != null))) return null;
  if (source.lines.length === 0) {
    const own = unusableWords(LOGGED_FIELDS[source.id] ?? []) ?? findMessage(`overview.empty.${source.id}`);
    if (own !== null) return own;
  }
  return lines.length === 0 ? t("overview.loading") : t("overview.empty.all_missing");
}
