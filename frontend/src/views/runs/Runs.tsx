/** The runs: which of them is sick, and two of them on the prompts that they share. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { runTable } from "../../data/compare/runs";
import { run, runs } from "../../data/runs";
import { useAnswer } from "../../data/useAnswer";
import { t } from "../../i18n";
import "../../i18n/lazyWords";
import { walkFocus } from "../../lib/focusWalk";
import { useKeys } from "../../state/keys";
import { select, selected, selection } from "../../state/selection";
import { useFocusReturn } from "../../state/viewFocus";
import { adoptStyles, ErrorBox } from "../../ui";
import { ComparisonPart } from "./comparison/ComparisonPart";
import css from "./runs.css?inline";
import { compareWith, RunsTable, shownRuns } from "./table/RunsTable";
import "./words";

const NOTHING = {};

/** A becomes B and B becomes A, each with its steps. */
function swap(): boolean {
  const { run: a, run_b: b, a_min, a_max, b_min, b_max } = selection.peek();
  if (b === "") return false;
  select({ run: b, run_b: a, a_min: b_min, a_max: b_max, b_min: a_min, b_max: a_max }, "push");
  return true;
}

/** Moves the focus along the prompts of the comparison. */
function walkPrompts(by: 1 | -1): boolean {
  const next = walkFocus(".changed-open", by);
  next?.scrollIntoView({ block: "nearest" });
  return next !== null;
}

export function Runs(): JSX.Element | null {
  adoptStyles(css);
  const [active, setActive] = useState(-1);
  const place = useRef<HTMLDivElement>(null);
  const answer = useAnswer(runTable, NOTHING);
  useFocusReturn(place, "runs");
  const rows = answer.data === null ? [] : shownRuns(answer.data);
  const walk = (by: 1 | -1): boolean => {
    setActive((now) => Math.min(rows.length - 1, Math.max(0, now + by)));
    return true;
  };
  useKeys(
    {
      j: () => walk(1),
      k: () => walk(-1),
      Enter: (event) => {
        const row = rows[active];
        if (row === undefined || (event.target as HTMLElement).closest("button, a, summary")) return false;
        compareWith(row.run);
        return true;
      },
      x: swap,
      l: () => walkPrompts(1),
      h: () => walkPrompts(-1),
    },
    "runs",
  );
  const a = run.value;
  if (a === null) return null;
  const b = runs.value?.runs.find((info) => info.run === selected.run_b.value) ?? null;
  return (
    <div class="runs" data-testid="runs">
      {answer.error !== null && (
        <ErrorBox title={t("runs.error")} message={answer.error.message} where={answer.error.question} />
      )}
      {answer.data === null ? (
        answer.error === null && <p class="muted">{t("runs.loading")}</p>
      ) : (
        <RunsTable data={answer.data} active={active} onActive={setActive} focusTarget={place} />
      )}
      <ComparisonPart a={a} b={b} swap={swap} />
    </div>
  );
}
