import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { NamedFinding } from "../../data/findings/findings";
import { t, translate } from "../../i18n";
import { formatExactly } from "../../lib/format";
import { numberText, stepsText } from "../../shell/findings/findingTexts";
import { SeveritySign } from "../../shell/findings/SeveritySign";
import { select } from "../../state/selection";
import { EvidenceList } from "./EvidenceList";
import { FindingDetails, ListSamples } from "./FindingDetails";
import { ALL_FOLDED } from "./shownFinding";

/** One finding: a line that says it, and, opened, what it means, what to do, and what shows it. */
export function FindingItem({ finding, isOpen }: { finding: NamedFinding; isOpen: boolean }): JSX.Element {
  const { id, severity, title, value } = finding;
  const content = useId();
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isOpen) item.current?.scrollIntoView({ block: "nearest" });
  }, [isOpen]);
  return (
    <li class={`finding finding-${severity}`} ref={item} data-testid="finding">
      <button
        type="button"
        class="finding-head"
        aria-expanded={isOpen}
        aria-controls={content}
        data-finding={id}
        data-testid="finding-head"
        onClick={() => select({ finding: isOpen ? ALL_FOLDED : id, sample: null })}
      >
        <SeveritySign severity={severity} word />
        <b>{translate(title)}</b>
        <span class="number" title={formatExactly(value)}>
          {numberText(finding)}
        </span>
        <span class="number muted">{stepsText(finding.steps)}</span>
      </button>
      <div id={content} class="finding-content" hidden={!isOpen}>
        {isOpen && (
          <>
            <FindingDetails finding={finding} />
            <EvidenceList finding={finding} />
            <Symptoms finding={finding} />
          </>
        )}
      </div>
    </li>
  );
}

/** What follows from the same cause, folded. */
function Symptoms({ finding: { symptoms } }: { finding: NamedFinding }) {
  const n = symptoms.length;
  if (n === 0) return null;
  return (
    <details class="finding-fold" data-testid="finding-symptoms">
      <summary>{t("findings.symptoms", { n })}</summary>
      <ul>
        {symptoms.map((symptom) => (
          <li key={`${symptom.kind} ${symptom.steps}`}>
            <p>
              <SeveritySign severity={symptom.severity} /> <b>{translate(symptom.title)}</b>{" "}
              <span class="number muted">{stepsText(symptom.steps)}</span>
            </p>
            <p>{translate(symptom.summary)}</p>
            <ListSamples finding={symptom} />
          </li>
        ))}
      </ul>
    </details>
  );
}
