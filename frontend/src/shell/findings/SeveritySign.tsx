import type { JSX } from "preact";
import type { Severity } from "../../api/findings";
import { t } from "../../i18n";

/** Told apart by shape as well as by colour. */
export const SEVERITY_SIGNS: Readonly<Record<Severity, string>> = { error: "◆", warning: "▲", info: "●" };

/** The severity of a finding by shape, word and colour. */
export function SeveritySign({
  severity,
  word = false,
}: {
  severity: Severity;
  word?: boolean;
}): JSX.Element {
  return (
    <span class={`severity severity-${severity}`}>
      <span aria-hidden="true">{SEVERITY_SIGNS[severity]}</span>
      <span class={word ? "" : "unseen"}> {t(`findings.severity.${severity}`)}</span>
    </span>
  );
}
