/** The problems of one kind, page by page. */

import { type ComponentChildren, Fragment, type JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problems } from "../../api/answers";
import { problems } from "../../data/questions/problems";
import { useAnswer } from "../../data/useAnswer";
import { t, translate } from "../../i18n";
import { copyText } from "../../lib/clipboard";
import { formatCount } from "../../lib/format";
import { select, selection } from "../../state/selection";
import { Button, useBriefMessage } from "../../ui";

const PAGE_ROWS = 100;

function place(columns: Problems["columns"], index: number): string {
  const file = columns.file[index] ?? "";
  const line = columns.line[index] ?? null;
  if (line !== null) return `${file}:${line}`;
  const offset = columns.offset[index] ?? null;
  return offset === null ? file : t("shell.problems.at_byte", { file, offset });
}

/** A path breaks between folders, before it breaks in a word. */
function breakable(path: string): JSX.Element[] {
  return path.split(/(?<=\/)/).map((part, i) => (
    <Fragment key={i}>
      {part}
      <wbr />
    </Fragment>
  ));
}

/** Each sentence once, with the places on the page that it is about, in the order in which they come. */
function byReason(reasons: readonly string[]): [string, number[]][] {
  const places = new Map<string, number[]>();
  for (const [index, reason] of reasons.entries()) {
    const those = places.get(reason);
    if (those === undefined) places.set(reason, [index]);
    else those.push(index);
  }
  return [...places];
}

export interface ProblemRowsProps {
  kind: string;
  total: number;
  /** Called when one of their samples was opened. */
  onClose: () => void;
}

export function ProblemRows({ kind, total, onClose }: ProblemRowsProps): JSX.Element {
  const [offset, setOffset] = useState(0);
  const { run } = selection.value;
  const answer = useAnswer(problems, { run, kind, offset, limit: PAGE_ROWS });
  const last = Math.min(offset + PAGE_ROWS, total);
  if (answer.data === null)
    return <p class="muted">{translate(answer.error?.message ?? "") || t("shell.loading")}</p>;
  const { columns } = answer.data;
  return (
    <div class={answer.stale ? "stale" : ""}>
      <table class="listing problem-rows">
        <thead>
          <tr>
            <th scope="col">{t("shell.problems.place")}</th>
            <th scope="col">{t("shell.step")}</th>
            <th scope="col">{t("shell.problems.reason")}</th>
          </tr>
        </thead>
        <tbody>
          {byReason(columns.reason).map(([reason, indices]) =>
            indices.map((index, i) => (
              <tr key={index}>
                <td class="number">
                  <Place columns={columns} index={index} onClose={onClose} />
                </td>
                <td class="number">{columns.step[index] ?? ""}</td>
                {i === 0 && <td rowSpan={indices.length}>{translate(reason)}</td>}
              </tr>
            )),
          )}
        </tbody>
      </table>
      {total > PAGE_ROWS && (
        <p class="group number">
          <Button disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE_ROWS))}>
            {t("shell.page.previous")}
          </Button>
          {t("shell.page", {
            from: formatCount(offset + 1),
            to: formatCount(last),
            total: formatCount(total),
          })}
          <Button disabled={last >= total} onClick={() => setOffset(offset + PAGE_ROWS)}>
            {t("shell.page.next")}
          </Button>
        </p>
      )}
    </div>
  );
}

interface PlaceProps {
  columns: Problems["columns"];
  index: number;
  onClose: () => void;
}

/** File and line of what gave no sample: copied when pressed, for the line is only to be seen in an editor. */
function LinePlace({ path, children }: { path: string; children: ComponentChildren }): JSX.Element {
  const [outcome, setOutcome] = useBriefMessage(1500);
  const onClick = async (): Promise<void> => {
    setOutcome(t((await copyText(path)) ? "sample.copy.done" : "sample.copy.error"));
  };
  return (
    <button
      type="button"
      class="problem-place line"
      data-testid="problem-copy"
      title={t("shell.problems.copy")}
      onClick={onClick}
    >
      {children}
      <span aria-live="polite">{outcome}</span>
    </button>
  );
}

/** File and line; the way to the sample where the line gave one. */
function Place({ columns, index, onClose }: PlaceProps): JSX.Element {
  const id = columns.id[index] ?? null;
  const step = columns.step[index] ?? null;
  const words = breakable(place(columns, index));
  if (id === null) return <LinePlace path={place(columns, index)}>{words}</LinePlace>;
  return (
    <button
      type="button"
      class="problem-place"
      data-testid="problem-open"
      title={t("shell.problems.open")}
      onClick={() => {
        onClose();
        const where = step === null ? {} : { step, step_min: null, step_max: null };
        select({ view: "samples", sample: id, ...where }, "push");
      }}
    >
      {words}
    </button>
  );
}
