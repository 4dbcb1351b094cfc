/** The problems of a run by kind, the most frequent first: where each is, why, and the way to its sample. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { problems } from "../../data/questions/problems";
import { useAnswer } from "../../data/useAnswer";
import { t } from "../../i18n";
import { problemKindName } from "../../i18n/problemKindName";
import { formatCount } from "../../lib/format";
import { selection } from "../../state/selection";
import { adoptStyles, Dialog, ErrorBox } from "../../ui";
import { Ignored } from "./Ignored";
import { ProblemRows } from "./ProblemRows";
import css from "./problems.css?inline";

export function ProblemsDialog({ onClose }: { onClose: () => void }): JSX.Element {
  adoptStyles(css);
  const { run } = selection.value;
  // One row, for the kinds: what is not opened is not asked for.
  const answer = useAnswer(problems, run === "" ? null : { run, kind: "", offset: 0, limit: 1 });
  const kinds = answer.data?.kinds ?? [];
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
      {answer.data !== null && kinds.length === 0 && <p>{t("shell.problems.none")}</p>}
      {kinds.map(({ kind, count: n, unlisted }) => (
        <Kind
          key={kind}
          kind={kind}
          n={n}
          unlisted={unlisted}
          opened={kinds.length === 1}
          onClose={onClose}
        />
      ))}
      <Ignored run={run} />
    </Dialog>
  );
}

interface KindProps {
  kind: string;
  /** How many are listed one by one. */
  n: number;
  /** How many more there are. */
  unlisted: number;
  opened: boolean;
  onClose: () => void;
}

function Kind({ kind, n, unlisted, opened, onClose }: KindProps): JSX.Element {
  const [open, setOpen] = useState(opened);
  return (
    <details
      class="problem-kind"
      data-testid={`problem-kind-${kind}`}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <span>{problemKindName(kind)}</span>{" "}
        <span class="number problems-count">{formatCount(n + unlisted)}</span>
      </summary>
      {open && <ProblemRows kind={kind} total={n} onClose={onClose} />}
    </details>
  );
}
