/** All there is to know about the run: what it is made of, what it was set to, and what else belongs to it. */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { runs } from "../../data/runs";
import { t } from "../../i18n";
import { adopt, Dialog } from "../../ui";
import { Mapping } from "./ColumnMapping";
import { ConfigTable } from "./ConfigTable";
import infoCss from "./info.css?inline";
import { Joined } from "./Joins";
import { Facts } from "./RunFacts";
import { Pairing } from "./ScalarPairing";

export function RunInfoDialog({ info, onClose }: { info: RunInfo; onClose: () => void }): JSX.Element {
  adopt(infoCss);
  return (
    <Dialog
      title={t("info.title", { run: info.run })}
      closeLabel={t("shell.close")}
      onClose={onClose}
      testId="run-info-dialog"
    >
      <div class="run-info">
        <Facts info={info} />
        <ConfigTable info={info} all={runs.value?.runs ?? []} />
        <Pairing info={info} />
        <Joined info={info} />
        <Mapping info={info} />
      </div>
    </Dialog>
  );
}
