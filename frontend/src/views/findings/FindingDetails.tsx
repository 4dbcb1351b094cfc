import type { JSX } from "preact";
import type { Finding, Symptom } from "../../api/findings";
import { t, translate } from "../../i18n";
import { formatExactly, formatNumber } from "../../lib/format";
import { metricLabel } from "../../metrics";
import { select } from "../../state/selection";
import { Button } from "../../ui";
import { listSamples } from "./openEvidence";

/** What was seen, what it means, what to look at next, and where its threshold comes from. */
export function FindingDetails({ finding }: { finding: Finding }): JSX.Element {
  const { summary, meaning, next, source, threshold, unit, onset } = finding;
  return (
    <>
      <p data-testid="finding-summary">{translate(summary)}</p>
      <dl class="finding-words">
        <Said term={t("findings.meaning")} text={meaning} />
        <Said term={t("findings.next")} text={next} />
        {threshold !== null && (
          <>
            <dt>{t("findings.threshold_source")}</dt>
            <dd class="muted">
              <span class="number" title={formatExactly(threshold)}>
                {formatNumber(threshold)} {translate(unit)}
              </span>{" "}
              (<code>{finding.threshold_name}</code>){source !== "" && <> · {translate(source)}</>}
            </dd>
          </>
        )}
      </dl>
      <p class="finding-ways">
        <Button testId="finding-curves" onClick={() => select({ view: "overview", step: onset }, "push")}>
          {t("findings.go_to_step", { step: onset })}
        </Button>
        <ListSamples finding={finding} />
      </p>
    </>
  );
}

/** Lists the samples that show a finding or a symptom. */
export function ListSamples({ finding }: { finding: Finding | Symptom }): JSX.Element {
  const metric = metricLabel(finding.evidence.sort || finding.metric);
  return (
    <Button
      testId="finding-list"
      hint={t("findings.list_samples.hint", { metric })}
      onClick={() => listSamples(finding)}
    >
      {t("findings.list_samples")}
    </Button>
  );
}

function Said({ term, text }: { term: string; text: string }) {
  if (text === "") return null;
  return (
    <>
      <dt>{term}</dt>
      <dd>{translate(text)}</dd>
    </>
  );
}
