/** How many findings there are, by severity: on the tab that leads to them. */

import type { JSX } from "preact";
import { seriousFindings } from "../../data/findings/findings";
import { t } from "../../i18n";
import { adoptStyles } from "../../ui";
import css from "./findings.css?inline";
import { countsOf, countsText } from "./findingTexts";
import { SEVERITY_SIGNS } from "./SeveritySign";

export function FindingsBadge(): JSX.Element | null {
  adoptStyles(css);
  const found = seriousFindings.value;
  if (found.length === 0) return null;
  return (
    <span
      class="findings-badge number"
      title={t("findings.counts", { counts: countsText(found) })}
      data-testid="findings-badge"
    >
      <span class="unseen">{countsText(found)}</span>
      {countsOf(found).map(({ severity, n }) => (
        <span key={severity} class={`severity-${severity}`} aria-hidden="true">
          {SEVERITY_SIGNS[severity]}
          {n}
        </span>
      ))}
    </span>
  );
}
