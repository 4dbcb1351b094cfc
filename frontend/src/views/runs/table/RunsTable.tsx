/** Every run by its numbers, the worst first; a row is the run that the one of the page is compared with. */

import type { JSX, RefObject } from "preact";
import { useMemo } from "preact/hooks";
import type { RunRow, RunTable } from "../../../api/compare/answers";
import { runs } from "../../../data/runs";
import { language, t } from "../../../i18n";
import { formatCount } from "../../../lib/format";
import { select, selected } from "../../../state/selection";
import { VirtualTable } from "../../../ui/table/VirtualTable";
import { runColumns } from "./runColumns";
import { rankedRuns } from "./runRanks";

export interface RunsTableProps {
  readonly data: RunTable;
  readonly active: number;
  readonly onActive: (row: number) => void;
  readonly focusTarget: RefObject<HTMLDivElement | null>;
}

/** The rows as they are shown. A run may be examined after the table came: `/runs`, which is asked all the time, tells. */
export function shownRuns(data: RunTable): RunRow[] {
  const examined = new Map(runs.value?.runs.map(({ run, findings }) => [run, findings]));
  const rows = data.runs.map((row) => ({ ...row, findings: examined.get(row.run) ?? row.findings }));
  return rankedRuns(rows, selected.runs_sort.value, selected.runs_order.value);
}

/** Compares the run of the page with another one; with itself: two ranges of its steps. */
export function compareWith(run: string): void {
  select({ run_b: selected.run_b.peek() === run ? "" : run, pair: "" });
}

export function RunsTable({ data, active, onActive, focusTarget }: RunsTableProps): JSX.Element {
  const [sort, order] = [selected.runs_sort.value, selected.runs_order.value];
  const [run, against] = [selected.run.value, selected.run_b.value];
  const rows = useMemo(() => shownRuns(data), [data, sort, order, runs.value]);
  const columns = useMemo(() => runColumns(data.runs), [language.value, run, against, data]);
  return (
    <section class="runs-table" aria-label={t("runs.table")}>
      <p class="muted">
        {data.total > rows.length
          ? t("runs.table.newest_only", { shown: formatCount(rows.length), all: formatCount(data.total) })
          : t("runs.table.about")}
      </p>
      <VirtualTable
        label={t("runs.table")}
        columns={columns}
        total={rows.length}
        row={(index) => rows[index]}
        id={(row) => row.run}
        open={rows.findIndex((row) => row.run === against)}
        onOpen={(index) => {
          const row = rows[index];
          if (row !== undefined) compareWith(row.run);
        }}
        active={active}
        onActive={onActive}
        focusTarget={focusTarget}
        sort={sort}
        order={order}
        onSort={(name, way) => select({ runs_sort: name, runs_order: way })}
        onVisible={() => undefined}
        question={`${sort} ${order}`}
        rowTestId="runs-row"
      />
    </section>
  );
}
