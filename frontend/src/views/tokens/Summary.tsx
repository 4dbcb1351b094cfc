/** The line above the list: what is listed, and how many samples it was made from. */

import type { JSX } from "preact";
import type { WorstTokens } from "../../api/answers";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { metricLabel } from "../../metrics";

export function Summary({ data }: { data: WorstTokens }): JSX.Element {
  const words = { metric: metricLabel(data.metric.name), end: t(`tokens.end.${data.end}`) };
  const numbers = { samples: formatCount(data.samples), read: formatCount(data.samples_read) };
  return (
    <p class="number" data-testid="worst-summary" aria-live="polite">
      {t(`tokens.summary.${data.by}`, { ...words, ...numbers })}
      {!data.complete && <span class="odd"> {t("tokens.incomplete")}</span>}
    </p>
  );
}
