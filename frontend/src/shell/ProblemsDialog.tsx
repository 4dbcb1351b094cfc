/** The problems of a run: lines that could not be read and values that did not fit, where each is and why. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problems } from "../api/answers";
import { problems } from "../data/questions/problems";
import { runs } from "../data/runs";
import { useAnswer } from "../data/useAnswer";
import { t } from "../i18n";
import { count } from "../lib/format";
import { selection } from "../state/selection";
import { Button, Dialog, ErrorBox } from "../ui";

const PAGE = 100;

function place(columns: Problems["columns"], index: number): string {
  const line = columns.line[index] ?? null;
  if (line !== null) return `${columns.file[index]}:${line}`;
  const offset = columns.offset[index] ?? null;
  return offset === null
    ? (columns.file[index] ?? "")
    : t("shell.problems.at_byte", { file: columns.file[index] ?? "", offset });
}

function Listing({ columns }: { columns: Problems["columns"] }): JSX.Element {
  return (
    <table class="listing">
      <thead>
        <tr>
          <th scope="col">{t("shell.problems.place")}</th>
          <th scope="col">{t("shell.problems.kind")}</th>
          <th scope="col">{t("shell.problems.reason")}</th>
        </tr>
      </thead>
      <tbody>
        {columns.file.map((file, index) => (
          <tr key={`${file} ${columns.offset[index]} ${index}`}>
            <td class="number">{place(columns, index)}</td>
            <td>{columns.kind[index]}</td>
            <td>{columns.reason[index]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Files that were looked at and are not shown, and why. */
export function Ignored(): JSX.Element | null {
  const ignored = runs.value?.ignored ?? [];
  if (ignored.length === 0) return null;
  return (
    <section aria-label={t("shell.ignored", { n: count(ignored.length) })}>
      <h3 class="muted">{t("shell.ignored", { n: count(ignored.length) })}</h3>
      <ul>
        {ignored.slice(0, PAGE).map(({ file, reason }) => (
          <li key={file}>
            {file}: {reason}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The problems of the run, page by page. */
export function ProblemsDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const [offset, setOffset] = useState(0);
  const { run } = selection.value;
  const answer = useAnswer(problems, run === "" ? null : { run, offset, limit: PAGE });
  const total = answer.data?.total ?? 0;
  const last = Math.min(offset + PAGE, total);
  return (
    <Dialog
      title={t("shell.problems.title", { run })}
      closeLabel={t("shell.close")}
      onClose={onClose}
      testId="problems-dialog"
    >
      {answer.error !== null && (
        <ErrorBox
          title={t("shell.error.question")}
          message={answer.error.message}
          where={answer.error.question}
        />
      )}
      {answer.data === null && answer.loading && <p>{t("shell.loading")}</p>}
      {answer.data !== null && total === 0 && <p>{t("shell.problems.none")}</p>}
      {answer.data !== null && total > 0 && (
        <div class={answer.stale ? "stale" : ""}>
          <Listing columns={answer.data.columns} />
          <p class="group number">
            <Button disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>
              {t("shell.page.previous")}
            </Button>
            {t("shell.page", { from: count(offset + 1), to: count(last), total: count(total) })}
            <Button disabled={last >= total} onClick={() => setOffset(offset + PAGE)}>
              {t("shell.page.next")}
            </Button>
          </p>
        </div>
      )}
      <Ignored />
    </Dialog>
  );
}
