import type { JSX } from "preact";
import type { NamedFinding } from "../../data/findings/findings";
import { t } from "../../i18n";
import { formatExactly, formatNumber } from "../../lib/format";
import { metricLabel } from "../../metrics";
import { selected } from "../../state/selection";
import { type Evidence, evidenceOf, openEvidence } from "./openEvidence";

/** The samples that show a finding, strongest first; each opens at its token. */
export function EvidenceList({ finding }: { finding: NamedFinding }): JSX.Element {
  const all = evidenceOf(finding);
  if (all.length === 0) return <p class="muted">{t("findings.no_evidence")}</p>;
  const sample = selected.sample.value;
  const { sort } = finding.evidence;
  return (
    <section aria-label={t("findings.evidence")}>
      <h3 class="muted">
        {t("findings.evidence")}
        {sort !== "" && `: ${metricLabel(sort)}`}
      </h3>
      <ol class="finding-evidence">
        {all.map((evidence, i) => (
          <li key={evidence.id}>
            <button
              type="button"
              aria-current={evidence.id === sample ? "true" : undefined}
              title={openWords(evidence)}
              data-testid="evidence"
              data-id={evidence.id}
              onClick={() => openEvidence(finding, evidence)}
            >
              <span>{evidence.step === null ? i + 1 : t("findings.steps.at", { step: evidence.step })}</span>
              {evidence.position !== null && (
                <span>{t("findings.position", { position: evidence.position })}</span>
              )}
              {evidence.value !== null && (
                <b title={formatExactly(evidence.value)}>{formatNumber(evidence.value)}</b>
              )}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function openWords({ step, position }: Evidence): string {
  const words = { step: step ?? "–" };
  if (position === null) return t("findings.evidence_open", words);
  return t("findings.evidence_open_token", { ...words, position });
}
