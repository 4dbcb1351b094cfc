import type { JSX } from "preact";
import type { Findings } from "../../api/findings";
import { t } from "../../i18n";
import { formatCount } from "../../lib/format";
import { Empty } from "../../ui";

/** Nothing was found: in how much, and what that does not mean. */
export function Healthy({ answer }: { answer: Findings }): JSX.Element {
  const kinds = answer.checked.length;
  if (kinds === 0) return <Empty title={t("findings.nothing_checked")} testId="findings-healthy" />;
  const numbers = { kinds, samples: formatCount(answer.n_samples), steps: formatCount(answer.n_steps) };
  return (
    <Empty
      title={t(answer.state === "ready" ? "findings.none" : "findings.none_so_far")}
      testId="findings-healthy"
    >
      <p class="number">{t("findings.none_checked", numbers)}</p>
      <p class="muted">{t("findings.evidence_only")}</p>
    </Empty>
  );
}
