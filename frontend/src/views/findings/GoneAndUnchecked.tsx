import type { JSX } from "preact";
import type { Findings } from "../../api/findings";
import { t, translate } from "../../i18n";
import { stepsText } from "../../shell/findings/findingTexts";
import { SeveritySign } from "../../shell/findings/SeveritySign";

/** What is not in the list, folded: what is no longer there, and what could not be looked for. */
export function GoneAndUnchecked({ answer }: { answer: Findings }): JSX.Element {
  const { past, not_checked } = answer;
  return (
    <>
      {past.length > 0 && (
        <details class="finding-fold" data-testid="findings-gone">
          <summary>{t("findings.gone", { n: past.length })}</summary>
          <ul>
            {past.map((finding) => (
              <li key={`${finding.kind} ${finding.steps}`}>
                <SeveritySign severity={finding.severity} /> {translate(finding.title)}{" "}
                <span class="number muted">{stepsText(finding.steps)}</span>{" "}
                <span class="number muted">{t("findings.not_since", { step: finding.not_since })}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {not_checked.length > 0 && (
        <details class="finding-fold muted" data-testid="findings-not-checked">
          <summary>{t("findings.not_checked", { n: not_checked.length })}</summary>
          <ul>
            {not_checked.map(({ kind, title, needs }) => (
              <li key={kind} title={kind}>
                {t("findings.needs", { title: translate(title), needs: translate(needs) })}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
