/** The dialog about a run: its files, settings, paired scalars, joins and column mapping. */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { runs } from "../../data/runs";
import { t } from "../../i18n";
import { adoptStyles, Dialog } from "../../ui";
import { ColumnMapping } from "./ColumnMapping";
import { ConfigTable } from "./ConfigTable";
import infoCss from "./info.css?inline";
import { Joins } from "./Joins";
import { RunFacts } from "./RunFacts";
import { ScalarPairing } from "./ScalarPairing";

export function RunInfoDialog({ info, onClose }: { info: RunInfo; onClose: () => void }): JSX.Element {
  adoptStyles(infoCss);
  return (
    <Dialog
      title={t("info.title", { run: info.run })}
      closeLabel={t("shell.close")}
      onClose={onClose}
      testId="run-info-dialog"
    >
      <div class="run-info">
        <RunFacts info={info} />
        <ConfigTable info={info} all={runs.value?.runs ?? []} />
        <ScalarPairing info={info} />
        <Joins info={info} />
        <ColumnMapping info={info} />
      </div>
    </Dialog>
  );
}
