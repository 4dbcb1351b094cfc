/** The samples of a step, a range or the run: search, presets, sorting, and the drawer over the table. */

import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { SamplePages } from "../../data/questions/SamplePages";
import { idOf } from "../../data/questions/sampleList";
import { run } from "../../data/runs";
import { listOrder, moveSample, openSampleRow, rowLoader } from "../../data/sampleWalk";
import { t } from "../../i18n";
import "../../i18n/lazyWords";
import { editSearch } from "../../state/focusRequests";
import { useKeys } from "../../state/keys";
import { select, selected } from "../../state/selection";
import { useFocusReturn } from "../../state/viewFocus";
import { adoptStyles, Empty, ErrorBox } from "../../ui";
import { VirtualTable } from "../../ui/table/VirtualTable";
import { SampleDrawer } from "../sample/SampleDrawer";
import { sampleList, usePrefetchedSteps } from "./listedSamples";
import { Summary } from "./Summary";
import css from "./samples.css?inline";
import { shownSort } from "./sorting";
import { Toolbar } from "./Toolbar";
import { compareWith } from "./table/bars";
import { resizeColumn } from "./table/columnChoice";
import { tableColumns } from "./table/columns";
import { tellPromptsApart } from "./table/promptLines";
import { useOpenSampleFollowsStep } from "./useOpenSampleFollowsStep";

/** The pages of the current list, and `listOrder` kept true to them. */
function usePages(): SamplePages {
  const pages = useMemo(() => new SamplePages(), []);
  useEffect(() => {
    rowLoader.value = (row) => pages.loadRow(row);
    // An effect of signals runs at once, one of a component after the next frame: the request leaves with the press.
    const stops = [
      pages.follow(sampleList),
      effect(() => {
        const rows = pages.rows.value;
        compareWith(rows);
        tellPromptsApart(rows);
        listOrder.value = { ids: rows.map((row) => row && idOf(row)), total: pages.total.value };
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      pages.stop();
      rowLoader.value = null;
    };
  }, [pages]);
  return pages;
}

/** Sorts by a head; "" is the order of the log, whatever curve was clicked. */
function sortBy(sort: string, order: "asc" | "desc"): void {
  select({ sort, order, preset: "", seed: null, ...(sort === "" ? { about: "" } : {}) });
}

function openAt(pages: SamplePages, index: number): void {
  const row = pages.rows.value[index];
  if (row !== undefined) select({ sample: idOf(row) }, selected.sample.peek() === null ? "push" : "replace");
}

function NoSamplesFound(): JSX.Element {
  const [search, where] = [selected.search.value, selected.where.value];
  const why = search !== "" ? "samples.no_hits" : where !== "" ? "filter.none" : "samples.none";
  return (
    <Empty title={t(why, { search })}>
      <p>{t(`${why}.advice`)}</p>
    </Empty>
  );
}

export function Samples(): JSX.Element | null {
  adoptStyles(css);
  const pages = usePages();
  const [active, setActive] = useState(-1);
  const table = useRef<HTMLDivElement>(null);
  useFocusReturn(table, "samples");
  const open = openSampleRow();
  const total = pages.total.value;
  const list = sampleList.value;
  const shownKey = pages.listKey.value;
  const isShown = pages.isShowing(list);
  useOpenSampleFollowsStep(pages, list);
  usePrefetchedSteps(isShown);
  const walk = (by: 1 | -1): boolean => {
    if (selected.sample.peek() !== null) void moveSample(by);
    else setActive((now) => Math.min(Math.max(0, total - 1), Math.max(0, now + by)));
    return true;
  };
  useKeys(
    {
      j: () => walk(1),
      k: () => walk(-1),
      "/": () => editSearch(),
      Enter: (event) => {
        if (selected.sample.peek() !== null || (event.target as HTMLElement).closest("button, a, summary"))
          return false;
        openAt(pages, active);
        return active >= 0;
      },
    },
    "samples",
  );
  if (run.value === null) return null;
  const { name: sort, order: way } = shownSort.value;
  const failure = pages.error.value;
  return (
    <div class={`samples${selected.sample.value === null ? "" : " with-drawer"}`}>
      <div class="list">
        <Toolbar />
        <Summary pages={pages} />
        {failure !== null && (
          <ErrorBox title={t("samples.error")} message={failure.message} where={failure.question} />
        )}
        {shownKey !== "" && total === 0 && failure === null ? (
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
            focusTarget={table}
            sort={sort}
            order={way}
            onSort={sortBy}
            onVisible={(first, last) => pages.showRows(first, last)}
            onResize={resizeColumn}
            question={shownKey}
            stale={!isShown}
            rowTestId="sample-row"
          />
        )}
      </div>
      <SampleDrawer />
    </div>
  );
}
