/** The columns of the table of runs. */

import type { ComponentChildren, JSX } from "preact";
import type { RunRow } from "../../../api/compare/answers";
import { t } from "../../../i18n";
import { formatCount, formatExactly, formatNumber, MISSING } from "../../../lib/format";
import { pixelsFor } from "../../../lib/singleLine";
import { RunFindings } from "../../../shell/findings/RunFindings";
import { select, selected } from "../../../state/selection";
import { type Column, freeze } from "../../../ui/table/columns";
import { klOf, lengthOf, rewardOf } from "./runRanks";

/** Makes a run the one of the page (A), or the one that it is compared with (B). */
function Side({ run, side }: { run: string; side: "a" | "b" }): JSX.Element {
  const isOn = (side === "a" ? selected.run : selected.run_b).value === run;
  return (
    <button
      type="button"
      class={`run-side run-side-${side}`}
      aria-pressed={isOn}
      tabIndex={-1}
      title={t(`runs.choose.${side}`, { run })}
      data-testid={`run-${side}`}
      onClick={(event) => {
        event.stopPropagation();
        if (side === "a") select({ run }, "push");
        else select({ run_b: isOn ? "" : run, pair: "" }, "replace");
      }}
    >
      {side.toUpperCase()}
    </button>
  );
}

const NUMBER = 92;

function numbers(
  name: "problems" | "reward" | "best" | "area" | "kl" | "length" | "step" | "samples",
  value: (row: RunRow) => number | null | undefined,
  more: (row: RunRow) => string = () => "",
  shown: (value: number) => string = formatNumber,
): Column<RunRow> {
  return {
    name,
    title: t(`runs.head.${name}`),
    hint: t(`runs.head.${name}.hint`),
    width: NUMBER,
    align: "end",
    cell: (row) => {
      const found = value(row) ?? null;
      return (
        <span title={[formatExactly(found), more(row)].filter(Boolean).join(" · ")}>
          {found === null ? MISSING : shown(found)}
        </span>
      );
    },
  };
}

/** Day and minute, as the reader's clock has them. */
function time(seconds: number | null): string {
  if (seconds === null) return MISSING;
  const date = new Date(seconds * 1000);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What is around a name in its cell. */
const CELL_PADDING = 32;
/** A name takes at most this share of the page. */
const MAX_SHARE = 0.29;

function nameWidth(rows: readonly RunRow[]): number {
  const widths = rows.map(({ run }) => CELL_PADDING + pixelsFor(run));
  return Math.min(Math.max(240, ...widths), Math.max(240, Math.floor(MAX_SHARE * innerWidth)));
}

export function runColumns(rows: readonly RunRow[]): Column<RunRow>[] {
  const column = (
    name: "sides" | "run" | "findings" | "changed",
    width: number,
    cell: (row: RunRow) => ComponentChildren,
    more: Partial<Column<RunRow>> = {},
  ): Column<RunRow> => ({
    name,
    title: t(`runs.head.${name}`),
    hint: t(`runs.head.${name}.hint`),
    width,
    cell,
    ...more,
  });
  const columns = [
    column(
      "sides",
      64,
      ({ run }) => (
        <>
          <Side run={run} side="a" />
          <Side run={run} side="b" />
        </>
      ),
      { sortable: false },
    ),
    column("run", nameWidth(rows), ({ run, state }) => (
      <span class="runs-name" title={run}>
        <bdi>{state === "indexing" ? t("runs.indexing", { run }) : run}</bdi>
      </span>
    )),
    column(
      "findings",
      96,
      ({ findings }) =>
        findings === null ? (
          <span class="muted" title={t("runs.not_examined")}>
            {MISSING}
          </span>
        ) : findings.error + findings.warning === 0 ? (
          <span class="muted">0</span>
        ) : (
          <RunFindings of={findings} />
        ),
      { align: "end" },
    ),
    numbers("problems", ({ problems }) => problems, undefined, formatCount),
    numbers("reward", (row) => rewardOf(row)?.last),
    numbers(
      "best",
      (row) => rewardOf(row)?.highest,
      (row) => t("runs.at_step", { step: rewardOf(row)?.highest_step ?? MISSING }),
    ),
    numbers("area", (row) => rewardOf(row)?.area),
    numbers("kl", (row) => klOf(row)?.last),
    numbers("length", (row) => lengthOf(row)?.last),
    numbers(
      "step",
      ({ last_step }) => last_step,
      ({ steps }) => t("runs.of_steps", { n: formatCount(steps) }),
      String,
    ),
    numbers("samples", ({ samples }) => samples, undefined, formatCount),
    column("changed", 104, ({ changed_at }) => time(changed_at), { align: "end" }),
  ];
  return freeze(columns, 2);
}
