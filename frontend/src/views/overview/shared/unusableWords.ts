import { unusableReason } from "../../../data/runs";
import { t, translate } from "../../../i18n";

/** That one of these words was logged and can nowhere be used, and why; null where that is not so. */
export function unusableWords(words: readonly string[]): string | null {
  const reason = unusableReason(words);
  return reason === null ? null : t("overview.empty.unusable", { reason: translate(reason) });
}
