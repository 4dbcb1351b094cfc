/** What looks wrong in the run, worst first; the samples that show a finding open over the list. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Findings as Answer } from "../../api/findings";
import { findings, findingsError, type NamedFinding, namedFindings } from "../../data/findings/findings";
import { refresh } from "../../data/polling";
import { listOrder, moveSample } from "../../data/sampleWalk";
import { t, translate } from "../../i18n";
import "../../i18n/lazyWords";
import { walkFocus } from "../../lib/focusWalk";
import { useKeys } from "../../state/keys";
import { select, selected, selection } from "../../state/selection";
import { useFocusReturn } from "../../state/viewFocus";
import { adoptStyles, ErrorBox } from "../../ui";
import { SampleDrawer } from "../sample/SampleDrawer";
import { FindingItem } from "./FindingItem";
import css from "./findings.css?inline";
import { GoneAndUnchecked } from "./GoneAndUnchecked";
import { Healthy } from "./Healthy";
import { evidenceOf, openStrongest } from "./openEvidence";
import { isFindingLost, shownFinding, usePrefetchedEvidence } from "./shownFinding";
import { Thresholds } from "./Thresholds";
import "./words";

/** The samples of the open finding are what ▲, ▼, j and k walk; each is opened at its own token and step. */
function useEvidenceWalk(open: NamedFinding | null): void {
  const evidence = open === null ? [] : evidenceOf(open);
  const ids = [...new Set(evidence.map(({ id }) => id))];
  const sample = selected.sample.value;
  useEffect(() => {
    listOrder.value = { ids, total: ids.length };
  }, [ids.join()]);
  useLayoutEffect(() => {
    const shown = evidence.find(({ id }) => id === sample);
    if (shown === undefined || selection.peek().token !== null) return;
    select({ token: shown.position, ...(shown.step === null ? {} : { step: shown.step }) });
  }, [sample]);
}

/** Moves the focus to the next (1) or previous (−1) finding; with a sample open, to the next that shows it. */
function walk(by: 1 | -1): boolean {
  if (selection.peek().sample !== null) {
    void moveSample(by);
    return true;
  }
  const head = walkFocus(".finding-head", by);
  head?.scrollIntoView({ block: "nearest" });
  return head !== null;
}

/** Opens the strongest sample of the focused finding, else of the open one. Other buttons keep the key for themselves. */
function openOf(target: HTMLElement): boolean {
  const head = target.closest<HTMLElement>(".finding-head");
  if (head === null && target.closest("button, a, summary") !== null) return false;
  const focused = namedFindings.peek().find(({ id }) => id === head?.dataset["finding"]);
  const found = focused ?? shownFinding();
  return found !== null && openStrongest(found);
}

export function Findings(): JSX.Element {
  adoptStyles(css);
  const answer = findings.value;
  const open = shownFinding();
  const place = useRef<HTMLDivElement>(null);
  useFocusReturn(place, "findings");
  useEvidenceWalk(open);
  usePrefetchedEvidence(open);
  useKeys(
    {
      j: () => walk(1),
      k: () => walk(-1),
      Enter: ({ target }) => openOf(target as HTMLElement),
      // The browser's own for a button: it opens and folds.
      " ": () => false,
    },
    "findings",
  );
  return (
    <div class={`findings${selected.sample.value === null ? "" : " with-drawer"}`} data-testid="findings">
      <div class="findings-list" ref={place} tabIndex={-1}>
        <Failure isOld={answer !== null} />
        {answer === null ? <Loading /> : <Listed answer={answer} open={open} />}
      </div>
      <SampleDrawer />
    </div>
  );
}

function Failure({ isOld }: { isOld: boolean }) {
  const error = findingsError.value;
  if (error === null) return null;
  return (
    <ErrorBox
      title={t("findings.error")}
      message={error.message}
      where={error.question}
      {...(isOld ? { advice: t("findings.stale") } : {})}
      retry={{ label: t("shell.retry"), run: refresh }}
    />
  );
}

function Loading() {
  return findingsError.value === null ? (
    <p class="muted findings-wait" aria-live="polite">
      {t("findings.loading")}
    </p>
  ) : null;
}

function Listed({ answer, open }: { answer: Answer; open: NamedFinding | null }) {
  return (
    <>
      {answer.state === "computing" && (
        <p class="muted findings-wait" role="status">
          {t("findings.partial")}
        </p>
      )}
      {answer.state !== "computing" && isFindingLost() && (
        <p class="findings-wait" role="status" data-testid="finding-gone">
          {t("findings.gone.linked")}
        </p>
      )}
      {answer.problems.map((problem) => (
        <p key={problem} class="odd findings-wait">
          {translate(problem)}
        </p>
      ))}
      {answer.findings.length === 0 && <Healthy answer={answer} />}
      {answer.findings.length > 0 && (
        <ul class="findings-items" aria-label={t("findings.list")}>
          {namedFindings.value.map((finding) => (
            <FindingItem key={finding.id} finding={finding} isOpen={finding.id === open?.id} />
          ))}
        </ul>
      )}
      <GoneAndUnchecked answer={answer} />
      <Thresholds thresholds={answer.thresholds} />
    </>
  );
}
