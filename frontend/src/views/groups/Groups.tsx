/** The groups of a step: which of them teach, and the members of one beside each other. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { groupList } from "../../data/questions/groups";
import { run } from "../../data/runs";
import { moveSample } from "../../data/sampleWalk";
import { useAnswer } from "../../data/useAnswer";
import { t } from "../../i18n";
import "../../i18n/laterWords";
import { useKeys } from "../../state/keys";
import { select, selection } from "../../state/selection";
import { useFocusHome } from "../../state/viewFocus";
import { adopt, Empty, ErrorBox } from "../../ui";
import { SampleDrawer } from "../sample/SampleDrawer";
import { choose, chosenAt, groupsParameters } from "./chosenGroup";
import { GroupDetails } from "./GroupDetails";
import { GroupList } from "./GroupList";
import { groupRows } from "./groupRows";
import css from "./groups.css?inline";
import { Toolbar } from "./Toolbar";

export function Groups(): JSX.Element | null {
  adopt(css);
  const place = useRef<HTMLDivElement>(null);
  useFocusHome(place, "groups");
  const answer = useAnswer(groupList, groupsParameters(0));
  const rows = answer.data === null ? [] : groupRows(answer.data);
  const at = chosenAt(rows);
  const chosen = rows[at];
  const { sample } = selection.value;
  const walk = (by: 1 | -1): boolean => {
    if (sample !== null) void moveSample(by);
    else choose(rows[Math.min(rows.length - 1, Math.max(0, at + by))]);
    return true;
  };
  useKeys({ j: () => walk(1), k: () => walk(-1) }, "groups");
  if (run.value === null) return null;
  return (
    <div class={`groups${sample === null ? "" : " with-drawer"}`} data-testid="groups">
      <div
        class={`groups-page${answer.stale ? " stale" : ""}`}
        aria-busy={answer.loading}
        ref={place}
        tabIndex={-1}
      >
        {answer.error !== null && (
          <ErrorBox title={t("groups.error")} message={answer.error.message} where={answer.error.question} />
        )}
        {answer.data === null && answer.error === null && <p class="muted">{t("groups.loading")}</p>}
        {answer.data !== null && (
          <>
            <Toolbar data={answer.data} />
            {rows.length === 0 ? (
              <Empty title={t("groups.none")}>
                <p>{t(answer.data.ungrouped > 0 ? "groups.none_ungrouped" : "groups.none_advice")}</p>
                <pre>{'{"step": 1, "group_id": "1-7", "prompt": "…", "response": "…", "reward": 1.0}'}</pre>
              </Empty>
            ) : (
              <div class="groups-panes">
                <GroupList rows={rows} chosen={at} />
                {chosen !== undefined && <GroupDetails row={chosen} onOpen={openSample} />}
              </div>
            )}
          </>
        )}
      </div>
      <SampleDrawer />
    </div>
  );
}

function openSample(id: string, step: number): void {
  select({ sample: id, step }, "push");
}
