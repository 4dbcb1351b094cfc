/** A response of A and one of B to the same prompt: where they differ, and the way to the tokens of each. */

import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Comparison } from "../../../api/compare/answers";
import { diff } from "../../../data/questions/lazy/diff";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { metricLabel } from "../../../metrics";
import { useKeys } from "../../../state/keys";
import { textRulesOf } from "../../../state/textRules";
import { Diff } from "../../../tokens/diff/Diff";
import type { Unit } from "../../../tokens/diff/stretches";
import { Button, ErrorBox } from "../../../ui";
import { openSample, type PairSide, pairMetric, sidesOf } from "./pairSides";

interface SideProps {
  readonly side: PairSide;
  /** Which of its samples is shown. */
  readonly at: number;
  readonly metric: string;
  readonly onMove: (at: number) => void;
}

function Side({ side, at, metric, onMove }: SideProps): JSX.Element {
  const small = side.letter.toLowerCase();
  return (
    <section class="pair-side" aria-label={t("runs.pair.side", { side: side.letter, run: side.run })}>
      <b class={`run-letter run-letter-${small}`}>{side.letter}</b>
      <span class="number">
        {t("runs.pair.at", {
          step: side.steps[at] ?? "",
          metric: metricLabel(metric),
          value: formatNumber(side.values[at]),
        })}
      </span>
      {side.ids.length > 1 && (
        <span class="number muted">
          <Button quiet label={t("runs.pair.previous")} disabled={at === 0} onClick={() => onMove(at - 1)}>
            ◀
          </Button>
          {side.ids.length < side.count
            ? t("runs.pair.position_near", { n: at + 1, near: side.ids.length, all: side.count })
            : t("runs.pair.position", { n: at + 1, all: side.count })}
          <Button
            quiet
            label={t("runs.pair.next")}
            disabled={at + 1 >= side.ids.length}
            onClick={() => onMove(at + 1)}
          >
            ▶
          </Button>
        </span>
      )}
      <Button quiet testId={`pair-open-${small}`} onClick={() => openSample(side, at, metric)}>
        {t("runs.pair.open")}
      </Button>
    </section>
  );
}

export function PromptPair({ data, row }: { data: Comparison; row: number }): JSX.Element {
  const [a, b] = sidesOf(data, row);
  const [[atA, atB], setAt] = useState<readonly [number, number]>([0, 0]);
  const [unit, setUnit] = useState<"" | Unit>("");
  const stepper = useRef<((direction: 1 | -1) => boolean) | null>(null);
  useKeys({ n: () => stepper.current?.(1) ?? false, N: () => stepper.current?.(-1) ?? false }, "runs");
  const [idA, idB] = [a.ids[atA], b.ids[atB]];
  const { pad } = textRulesOf(a.run).value;
  const isMeasured = unit === "" || unit === "token";
  const answer = useAnswer(
    diff,
    idA === undefined || idB === undefined
      ? null
      : {
          ...{ run: b.run, id: idB, against_run: a.run, against_id: idA, unit },
          metric: isMeasured ? pairMetric(a.run, b.run) : "",
          ...(pad === undefined ? {} : { pad }),
        },
  );
  const title = (side: PairSide, at: number): string =>
    t("runs.pair.title", { side: side.letter, step: side.steps[at] ?? "" });
  return (
    <div class="pair" data-testid="prompt-pair" aria-busy={answer.loading}>
      <Side side={a} at={atA} metric={data.metric} onMove={(at) => setAt([at, atB])} />
      <Side side={b} at={atB} metric={data.metric} onMove={(at) => setAt([atA, at])} />
      {answer.error !== null && <ErrorBox title={t("runs.pair.error")} message={answer.error.message} />}
      {answer.data === null && answer.error === null && <p class="muted">{t("runs.pair.loading")}</p>}
      {answer.data !== null && answer.error === null && (
        <div class="pair-diff">
          <Diff
            data={answer.data}
            left={title(a, atA)}
            right={title(b, atB)}
            hasTokens={answer.data.unit === "token"}
            onUnit={setUnit}
            onStepper={(step) => {
              stepper.current = step;
            }}
            stale={answer.stale}
          />
        </div>
      )}
    </div>
  );
}
