/** The samples of a step, a range or the run: search, presets, sorting, and the drawer over the table. */

import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { t } from "../../i18n";
import { revision, run } from "../../state/data";
import { useKeys } from "../../state/keys";
import { needRow, nextSample, openRow, order, previousSample } from "../../state/order";
import { select, selection } from "../../state/selection";
import { adopt, Empty, ErrorBox, VirtualTable } from "../../ui";
import { SampleDrawer } from "../sample/SampleDrawer";
import { idOf, Pages } from "./pages";
import { asked, useNeighbourSteps } from "./question";
import { Summary } from "./Summary";
import css from "./samples.css?inline";
import { focusSearch } from "./search/SearchField";
import { Toolbar } from "./Toolbar";
import { resizeColumn, shownNames, tableColumns } from "./table/columns";
import { useStepWalk } from "./walk";

adopt(css);

/** The pages of the current question, and `state/order` kept true to them. */
function usePages(): Pages {
  const pages = useMemo(() => new Pages(), []);
  useEffect(() => {
    needRow.value = (row) => pages.need(row);
    // An effect of signals runs at once, one of a component after the next frame: so the request leaves with the key
    // press.
    const stops = [
      effect(() => {
        const { key, load } = asked.value;
        void revision.value;
        void pages.ask(key, load);
      }),
      effect(() => {
        const rows = pages.rows.value;
        order.value = { ids: rows.map((row) => row && idOf(row)), total: pages.total.value };
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      pages.stop();
      needRow.value = null;
    };
  }, [pages]);
  return pages;
}

function openAt(pages: Pages, index: number): void {
  const row = pages.rows.value[index];
  const first = selection.value.sample === null;
  if (row !== undefined) select({ sample: idOf(row) }, first ? "push" : "replace");
}

function NoSamplesFound(): JSX.Element {
  const { search, where } = selection.value;
  const why = search !== "" ? "samples.no_hits" : where !== "" ? "filter.none" : "samples.none";
  return (
    <Empty title={t(why, { search })}>
      <p>{t(`${why}_advice`)}</p>
    </Empty>
  );
}

export function Samples(): JSX.Element | null {
  const pages = usePages();
  const [active, setActive] = useState(0);
  const open = openRow();
  const total = pages.total.value;
  const { key } = asked.value;
  const answered = pages.question.value;
  useStepWalk(pages, key);
  useNeighbourSteps(answered === key);
  const walk = (by: 1 | -1): boolean => {
    if (selection.value.sample !== null) void (by === 1 ? nextSample() : previousSample());
    else setActive((now) => Math.min(Math.max(0, total - 1), Math.max(0, now + by)));
    return true;
  };
  useKeys(
    {
      j: () => walk(1),
      k: () => walk(-1),
      "/": () => focusSearch(),
      Enter: (event) => {
        if (selection.value.sample !== null || (event.target as HTMLElement).closest("button, a, summary"))
          return false;
        openAt(pages, active);
        return true;
      },
    },
    "samples",
  );
  if (run.value === null) return null;
  const { sort, order: way, sample } = selection.value;
  const failure = pages.error.value;
  return (
    <div class={`samples${sample === null ? "" : " with-drawer"}`}>
      <div class="list">
        <Toolbar />
        <Summary pages={pages} shown={shownNames.value} />
        {failure !== null && (
          <ErrorBox title={t("samples.error")} message={failure.message} where={failure.question} />
        )}
        {answered !== "" && total === 0 && failure === null ? (
          <NoSamplesFound />
        ) : (
          <VirtualTable
            label={t("samples.table")}
            columns={tableColumns.value}
            total={total}
            row={(index) => pages.rows.value[index]}
            id={idOf}
            open={open}
            onOpen={(index) => openAt(pages, index)}
            active={active}
            onActive={setActive}
            sort={sort}
            order={way}
            onSort={(name, next) => select({ sort: name, order: next, preset: "", seed: null })}
            onVisible={(first, last) => pages.want(first, last)}
            onResize={resizeColumn}
            question={answered}
            stale={answered !== key}
            rowTestId="sample-row"
          />
        )}
      </div>
      <SampleDrawer />
    </div>
  );
}
