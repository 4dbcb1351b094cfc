/** A response of A and one of B to the same prompt beside each other; each opens with its tokens. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Sample } from "../../../api/answers";
import type { Comparison } from "../../../api/compare/answers";
import { pair } from "../../../data/compare/pair";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { num } from "../../../lib/format";
import { metricLabel } from "../../../metrics";
import { select } from "../../../state/selection";
import { textRulesOf } from "../../../state/textRules";
import { Button, ErrorBox } from "../../../ui";

/** The samples of one side, and which of them is shown. */
interface Side {
  readonly letter: "A" | "B";
  readonly run: string;
  readonly ids: readonly string[];
  readonly values: readonly number[];
  readonly steps: readonly number[];
  readonly count: number;
}

function sidesOf({ a, b, prompts }: Comparison, row: number): readonly [Side, Side] {
  const side = (letter: "A" | "B"): Side => {
    const small = letter === "A" ? "a" : "b";
    return {
      letter,
      run: (letter === "A" ? a : b).run,
      ids: prompts[`${small}_ids`][row] ?? [],
      values: prompts[`${small}_values`][row] ?? [],
      steps: prompts[`${small}_steps`][row] ?? [],
      count: prompts[`${small}_count`][row] ?? 0,
    };
  };
  return [side("A"), side("B")];
}

/** Opens a sample in the list of its run, at its step, ordered by what is compared. */
function openSample({ run, ids, steps, values }: Side, at: number, metric: string, split: string): void {
  const [sample, step] = [ids[at], steps[at]];
  if (sample === undefined || step === undefined) return;
  const about_order = (values[at] ?? 0) < 0 ? "asc" : "desc";
  select(
    { run, split, view: "samples", sample, step, step_min: null, step_max: null, about: metric, about_order },
    "push",
  );
}

export function PromptPair({ data, row }: { data: Comparison; row: number }): JSX.Element {
  const [a, b] = sidesOf(data, row);
  const [[atA, atB], setAt] = useState<readonly [number, number]>([0, 0]);
  const [idA, idB] = [a.ids[atA], b.ids[atB]];
  const asked =
    idA === undefined || idB === undefined
      ? null
      : {
          a: { run: a.run, id: idA, ...textRulesOf(a.run).value },
          b: { run: b.run, id: idB, ...textRulesOf(b.run).value },
        };
  const answer = useAnswer(pair, asked);
  const half = (
    side: Side,
    at: number,
    sample: Sample | undefined,
    split: string,
    move: (to: number) => void,
  ) => (
    <section class="pair-side" aria-label={t("runs.pair.side", { side: side.letter, run: side.run })}>
      <header>
        <b class={`run-letter run-letter-${side.letter.toLowerCase()}`}>{side.letter}</b>
        <span class="number">
          {t("runs.pair.at", {
            step: side.steps[at] ?? "",
            metric: metricLabel(data.metric),
            value: num(side.values[at]),
          })}
        </span>
        {side.ids.length > 1 && (
          <span class="number muted">
            <Button quiet label={t("runs.pair.previous")} disabled={at === 0} onClick={() => move(at - 1)}>
              ◀
            </Button>
            {t("runs.pair.which", { n: at + 1, all: side.count })}
            <Button
              quiet
              label={t("runs.pair.next")}
              disabled={at + 1 >= side.ids.length}
              onClick={() => move(at + 1)}
            >
              ▶
            </Button>
          </span>
        )}
        <Button
          quiet
          testId={`pair-open-${side.letter.toLowerCase()}`}
          onClick={() => openSample(side, at, data.metric, split)}
        >
          {t("runs.pair.open")}
        </Button>
      </header>
      <p class="pair-text" lang="">
        {sample?.texts["response"]?.shown ?? t("runs.pair.no_response")}
      </p>
    </section>
  );
  if (answer.error !== null) return <ErrorBox title={t("runs.pair.error")} message={answer.error.message} />;
  if (answer.data === null) return <p class="muted">{t("runs.pair.loading")}</p>;
  return (
    <div class={`pair${answer.stale ? " stale" : ""}`} data-testid="prompt-pair">
      {half(a, atA, answer.data.a, data.a.split, (to) => setAt([to, atB]))}
      {half(b, atB, answer.data.b, data.b.split, (to) => setAt([atA, to]))}
    </div>
  );
}
