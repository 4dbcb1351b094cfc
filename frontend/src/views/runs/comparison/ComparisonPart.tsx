/** Run A beside run B on the prompts that they share, or why there is nothing to compare. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RunInfo } from "../../../api/answers";
import { comparison } from "../../../data/compare/runs";
import { runs } from "../../../data/runs";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { StillReading } from "../../../shell/notices/StillReading";
import { select, selected } from "../../../state/selection";
import { Button, Empty, ErrorBox } from "../../../ui";
import { ChangedPrompts } from "./ChangedPrompts";
import { Controls } from "./Controls";
import { bothEnds, compareParameters, isItself } from "./comparisonQuery";
import { Differences } from "./Differences";
import { OtherSettings } from "./OtherSettings";
import { Verdict } from "./Verdict";

export interface ComparisonPartProps {
  readonly a: RunInfo;
  readonly b: RunInfo | null;
  readonly swap: () => void;
}

/** Compares the end of a run with its beginning. */
function CompareEnds({ a }: { a: RunInfo }): JSX.Element | null {
  const ends = bothEnds(a);
  if (ends === null) return <p>{t("runs.one_step")}</p>;
  return (
    <Button
      testId="compare-ends"
      onClick={() => select({ run_b: a.run, a_min: ends.a_min, a_max: null, b_min: null, b_max: ends.b_max })}
    >
      {t("runs.compare_ends", { from: ends.a_min, to: ends.b_max })}
    </Button>
  );
}

export function ComparisonPart({ a, b, swap }: ComparisonPartProps): JSX.Element {
  const against = selected.run_b.value;
  if (b === null) {
    const isAlone = (runs.value?.runs.length ?? 0) < 2;
    const title =
      against !== ""
        ? t("runs.unknown_run", { run: against })
        : t(isAlone ? "runs.only_run" : "runs.nothing_compared");
    return (
      <Empty title={title} testId="runs-empty">
        <p>{t(isAlone ? "runs.only_run.advice" : "runs.nothing_compared.advice", { run: a.run })}</p>
        <CompareEnds a={a} />
      </Empty>
    );
  }
  return (
    <section class="comparison" aria-label={t("runs.comparison")} data-testid="comparison">
      <Controls a={a} b={b} swap={swap} />
      <StillReading runs={a.run === b.run ? [a] : [a, b]} />
      {isItself() ? (
        <Empty title={t("runs.same_samples")} testId="runs-itself">
          <p>{t("runs.same_samples.advice")}</p>
          <CompareEnds a={a} />
        </Empty>
      ) : (
        <Compared a={a} b={b} />
      )}
    </section>
  );
}

function Compared({ a, b }: { a: RunInfo; b: RunInfo }): JSX.Element {
  const [page, setPage] = useState(0);
  const asked = compareParameters(a, b, page);
  const answer = useAnswer(comparison, asked);
  const list = JSON.stringify({ ...asked, offset: 0 });
  useEffect(() => setPage(0), [list]);
  const empty = [a, b].find(({ samples }) => samples === 0);
  if (empty !== undefined) {
    return (
      <Empty title={t("runs.no_samples", { run: empty.run })} testId="runs-no-samples">
        <p>{t("runs.no_samples.advice")}</p>
      </Empty>
    );
  }
  if (asked === null) {
    return (
      <Empty title={t("runs.no_metric")}>
        <p>{t("runs.no_metric.advice")}</p>
      </Empty>
    );
  }
  const { data, error } = answer;
  return (
    <>
      {error !== null && (
        <ErrorBox title={t("runs.comparison.error")} message={error.message} where={error.question} />
      )}
      {data === null && error === null && <p class="muted">{t("runs.comparison.loading")}</p>}
      {data !== null && (
        <div class={answer.stale ? "stale" : ""} aria-busy={answer.loading}>
          <Verdict data={data} />
          {data.compared > 0 && (
            <>
              <div class="compared-beside">
                <Differences data={data} />
                <OtherSettings a={a} b={b} />
              </div>
              <ChangedPrompts data={data} page={page} onPage={setPage} />
            </>
          )}
        </div>
      )}
    </>
  );
}
