/** The groups of a step: which of them teach, and the members of one beside each other. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Groups as Answer } from "../../api/groups";
import { groupList } from "../../data/questions/groups";
import { run, unusableReason } from "../../data/runs";
import { useAnswer } from "../../data/useAnswer";
import { t, translate } from "../../i18n";
import "../../i18n/lazyWords";
import { StillReading } from "../../shell/notices/StillReading";
import { useKeys } from "../../state/keys";
import { selection } from "../../state/selection";
import { useFocusReturn } from "../../state/viewFocus";
import infoCss from "../../tokens/details.css?inline";
import { heatmapCss } from "../../tokens/shared/heatmapCss";
import textCss from "../../tokens/text/text.css?inline";
import { adoptStyles, Empty, ErrorBox } from "../../ui";
import { SampleDrawer } from "../sample/SampleDrawer";
import { chosenAt, chosenGroup, groupsParameters, PAGE_GROUPS } from "./chosenGroup";
import { GroupList } from "./GroupList";
import { groupRows } from "./groupRows";
import css from "./groups.css?inline";
import { KindShares } from "./KindShares";
import { GroupDetails } from "./members/GroupDetails";
import { progressOf, stopWaiting } from "./members/shownMembers";
import { Paging } from "./Paging";
import { Toolbar } from "./Toolbar";
import { ByChoice } from "./values/ByChoice";
import { Values } from "./values/Values";
import { walkKeys } from "./walkKeys";

const HEATMAP_CSS = heatmapCss();

/** Where the page of the list begins; another list begins anew. */
function useOffset(): [number, (offset: number) => void] {
  const [page, setPage] = useState({ list: "", offset: 0 });
  const list = JSON.stringify(groupsParameters(0));
  return [page.list === list ? page.offset : 0, (offset) => setPage({ list, offset })];
}

export function Groups(): JSX.Element | null {
  for (const sheet of [HEATMAP_CSS, textCss, infoCss, css]) adoptStyles(sheet);
  const place = useRef<HTMLDivElement>(null);
  useFocusReturn(place, "groups");
  const [offset, setOffset] = useOffset();
  const answer = useAnswer(groupList, groupsParameters(offset));
  const rows = answer.data === null ? [] : groupRows(answer.data);
  const at = chosenAt(rows);
  const chosen = chosenGroup(rows);
  const list = progressOf(answer);
  useKeys(walkKeys(rows, at, list), "groups");
  useEffect(() => {
    if (list === "shown" && chosen === undefined) stopWaiting();
  });
  if (run.value === null) return null;
  const isOpen = selection.value.sample !== null;
  return (
    <div class={`groups${isOpen ? " with-drawer" : ""}`} data-testid="groups">
      <div class="groups-page" aria-busy={answer.loading} ref={place} tabIndex={-1}>
        {answer.error !== null && (
          <ErrorBox title={t("groups.error")} message={answer.error.message} where={answer.error.question} />
        )}
        {answer.data === null && answer.error !== null && (
          <section class="tools" aria-label={t("groups.toolbar")}>
            <ByChoice />
          </section>
        )}
        {answer.data === null && answer.error === null && <p class="muted">{t("groups.loading")}</p>}
        {answer.data !== null && (
          <>
            <StillReading runs={[run.value]} />
            <Toolbar data={answer.data} />
            <OddGroups />
            <WhatIsMissing kinds={answer.data.kinds} />
            <KindShares />
            <Values data={answer.data} />
            {rows.length === 0 ? (
              <NoGroups data={answer.data} />
            ) : (
              <div class="groups-panes">
                <div class={`groups-list${answer.stale ? " stale" : ""}`}>
                  <GroupList rows={rows} chosen={at} />
                  <Paging total={answer.data.total} offset={offset} size={PAGE_GROUPS} onOffset={setOffset} />
                </div>
                {chosen !== undefined && (
                  <GroupDetails row={chosen} listed={at < 0 ? null : answer.parameters} list={list} />
                )}
              </div>
            )}
          </>
        )}
      </div>
      <SampleDrawer />
    </div>
  );
}

/** Says of groups that compare nothing why, before one of them is believed. */
function OddGroups(): JSX.Element | null {
  const reason = unusableReason(["group_id"]);
  return reason === null ? null : (
    <p class="odd" data-testid="groups-odd">
      {translate(reason)}
    </p>
  );
}

/** Says what to log where no group can be compared for want of it. */
function WhatIsMissing({ kinds }: { kinds: Answer["kinds"] }): JSX.Element | null {
  const all = Object.values(kinds).reduce((sum, n) => sum + n, 0);
  const [none, lone] = [kinds["unrewarded"] ?? 0, kinds["one_member"] ?? 0];
  if (all === 0 || none + lone < all) return null;
  return (
    <p class="odd" data-testid="groups-missing">
      {t(none === all ? "groups.missing.reward" : "groups.missing.members")}
    </p>
  );
}

function NoGroups({ data }: { data: Answer }): JSX.Element {
  const isUngrouped = data.ungrouped > 0;
  return (
    <Empty title={t("groups.none")}>
      <p>{t(isUngrouped ? "groups.none_ungrouped" : "groups.none.advice")}</p>
      {isUngrouped && (
        <pre>{'{"step": 1, "group_id": "1-7", "prompt": "…", "response": "…", "reward": 1.0}'}</pre>
      )}
    </Empty>
  );
}
