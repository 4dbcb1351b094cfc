import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { SEVERITIES } from "../../api/findings";
import { adoptStyles } from "../../ui";
import css from "./findings.css?inline";
import { severityText } from "./findingTexts";
import { SEVERITY_SIGNS } from "./SeveritySign";

/** How many errors and warnings a run has, in the choice of a run; nothing while it was not examined. */
export function RunFindings({ of }: { of: RunInfo["findings"] }): JSX.Element {
  adoptStyles(css);
  const shown = SEVERITIES.filter((severity) => severity !== "info" && (of?.[severity] ?? 0) > 0);
  return (
    <span class="findings-badge">
      {shown.map((severity) => (
        <span
          key={severity}
          class={`severity-${severity}`}
          title={severityText(severity, of?.[severity] ?? 0)}
        >
          {SEVERITY_SIGNS[severity]}
          {of?.[severity]}
        </span>
      ))}
    </span>
  );
}
