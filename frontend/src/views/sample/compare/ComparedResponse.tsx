import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Sample } from "../../../api/answers";
import type { Scope } from "../../../api/parameters";
import { diff } from "../../../data/questions/lazy/diff";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { Diff } from "../../../tokens/diff/Diff";
import type { Unit } from "../../../tokens/diff/stretches";
import { ErrorBox } from "../../../ui";
import { CompareWith } from "./CompareWith";
import { type Counterpart, REFERENCE } from "./counterparts";

/** By what texts are compared, as long as the page is open; "" leaves it to the server. */
const chosenUnit = signal<"" | Unit>("");

/** Goes to the next or previous change; null while no comparison is on screen. */
export const changeStepper: { current: ((direction: 1 | -1) => boolean) | null } = { current: null };

export interface ComparedResponseProps {
  sample: Sample;
  /** The run and text rules that the sample is of. */
  scope: Scope;
  counterpart: Counterpart;
  /** The token metric whose differences colour what is equal; "" for none. */
  metric: string;
}

/** The response beside its counterpart, in place of the coloured tokens. */
export function ComparedResponse(props: ComparedResponseProps): JSX.Element {
  const { sample, counterpart, metric } = props;
  const { run, pad } = props.scope;
  const isReference = counterpart.name === REFERENCE;
  const hasTokens = !isReference && sample.response_tokens.length > 0;
  const unit = !hasTokens && chosenUnit.value === "token" ? "" : chosenUnit.value;
  const answer = useAnswer(diff, {
    run,
    id: sample.id,
    ...(isReference ? { against: "reference" as const } : { against_id: counterpart.name }),
    unit,
    metric: hasTokens && (unit === "" || unit === "token") ? metric : "",
    ...(pad === undefined ? {} : { pad }),
  });
  useEffect(
    () => () => {
      changeStepper.current = null;
    },
    [],
  );
  return (
    <div aria-busy={answer.loading} data-testid="compared">
      {answer.error !== null && (
        <>
          <CompareWith sample={sample} />
          <ErrorBox
            title={t("sample.compare.error")}
            message={answer.error.message}
            where={answer.error.question}
            advice={t("sample.compare.error.advice")}
          />
        </>
      )}
      {answer.data === null && answer.error === null && <p class="muted">{t("sample.compare.loading")}</p>}
      {answer.data !== null && answer.error === null && (
        <Diff
          data={answer.data}
          left={counterpart.title}
          right={t("sample.compare.this")}
          hasTokens={hasTokens}
          onUnit={(chosen) => {
            chosenUnit.value = chosen;
          }}
          onStepper={(step) => {
            changeStepper.current = step;
          }}
          tools={<CompareWith sample={sample} />}
          stale={answer.stale}
        />
      )}
    </div>
  );
}
