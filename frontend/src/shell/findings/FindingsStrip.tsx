/** One quiet line above the curves: the worst findings with their steps, or on how much nothing was found. */

import type { JSX } from "preact";
import { findings, type NamedFinding, seriousFindings } from "../../data/findings/findings";
import { t, translate } from "../../i18n";
import { formatCount } from "../../lib/format";
import { select } from "../../state/selection";
import { adoptStyles, Button } from "../../ui";
import css from "./findings.css?inline";
import { countsText, numberText, stepsText } from "./findingTexts";
import { openFinding } from "./openFinding";
import { SeveritySign } from "./SeveritySign";

/** So many are named; the others are counted. */
const MAX_NAMED = 3;

export function FindingsStrip(): JSX.Element | null {
  adoptStyles(css);
  const answer = findings.value;
  if (answer === null) return null;
  if (seriousFindings.value.length === 0) {
    const numbers = { kinds: answer.checked.length, samples: formatCount(answer.n_samples) };
    const healthy = answer.state === "ready" ? "findings.healthy" : "findings.so_far";
    const words = numbers.kinds === 0 ? t("findings.nothing_checked") : t(healthy, numbers);
    return (
      <p class="findings-strip muted" data-testid="findings-strip">
        <Button quiet hint={t("findings.list")} onClick={() => select({ view: "findings" }, "push")}>
          {words}
        </Button>
      </p>
    );
  }
  const more = answer.findings.length - Math.min(MAX_NAMED, seriousFindings.value.length);
  return (
    <section class="findings-strip" aria-label={t("findings.strip")} data-testid="findings-strip">
      <span class="findings-counts">{countsText(seriousFindings.value)}</span>
      <ul>
        {seriousFindings.value.slice(0, MAX_NAMED).map((finding) => (
          <li key={finding.id}>
            <Named finding={finding} />
          </li>
        ))}
      </ul>
      {more > 0 && (
        <Button quiet testId="findings-more" onClick={() => select({ view: "findings" }, "push")}>
          {t("findings.more", { n: more })}
        </Button>
      )}
    </section>
  );
}

function Named({ finding }: { finding: NamedFinding }): JSX.Element {
  const { id, severity, title, summary } = finding;
  return (
    <button
      type="button"
      class={`findings-named findings-${severity}`}
      title={[translate(title), numberText(finding), translate(summary), t("findings.open")]
        .filter(Boolean)
        .join("\n")}
      data-testid="findings-named"
      data-finding={id}
      onClick={() => openFinding(id)}
    >
      <SeveritySign severity={severity} />
      <b>{translate(title)}</b>
      <span class="number muted">{stepsText(finding.steps)}</span>
    </button>
  );
}
