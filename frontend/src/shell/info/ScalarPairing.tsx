/** Which runs of TensorBoard are paired with this run, why, and a choice of others. */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { chooseScalarRun, chosenScalarRuns, scalarRuns } from "../../data/scalarPairing";
import { findMessage, t } from "../../i18n";
import { select } from "../../state/selection";
import { Button } from "../../ui";
import { Checklist } from "./Checklist";

function pairingReason({ scalar_pairing: pairing, scalar_runs: paired }: RunInfo, chosen: boolean): string {
  if (chosen) return t("info.pairing.chosen");
  if (paired.length === 0) return t("info.pairing.none");
  // A newer server may name a reason that has no words here; an older one names none.
  const explanation = pairing === "none" ? null : findMessage(`info.pairing.${pairing}`);
  return explanation ?? t("info.pairing.paired");
}

export function ScalarPairing({ info }: { info: RunInfo }): JSX.Element {
  const on = scalarRuns.value;
  const chosen = chosenScalarRuns.value.length > 0;
  const names = [...new Set([...on, ...info.scalar_choices])].sort();
  return (
    <section aria-labelledby="info-pairing" data-testid="pairing">
      <h3 id="info-pairing">{t("info.pairing")}</h3>
      <p class="group">
        <span data-testid="pairing-reason">{pairingReason(info, chosen)}</span>
        {chosen && (
          <Button
            testId="pairing-automatic"
            hint={t("info.pairing.automatic.hint")}
            onClick={() => select({ scalars: "" })}
          >
            {t("info.pairing.automatic")}
          </Button>
        )}
      </p>
      {names.length === 0 ? (
        <p class="muted">{t("info.pairing.no_choices")}</p>
      ) : (
        <Checklist
          label={t("info.pairing.choose")}
          names={names}
          on={on}
          onChange={chooseScalarRun}
          testId="pairing-choices"
        />
      )}
    </section>
  );
}
