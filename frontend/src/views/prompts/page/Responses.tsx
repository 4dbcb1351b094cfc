import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Scope } from "../../../api/parameters";
import { diff } from "../../../data/questions/lazy/diff";
import { run } from "../../../data/runs";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { useKeys } from "../../../state/keys";
import { selected } from "../../../state/selection";
import { Diff } from "../../../tokens/diff/Diff";
import type { Unit } from "../../../tokens/diff/stretches";
import { ErrorBox } from "../../../ui";
import type { SampleRow } from "./sides";

export interface ResponsesProps {
  left: SampleRow | undefined;
  right: SampleRow | undefined;
  /** The run and text rules that both are of. */
  scope: Scope;
}

/** Two responses of the prompt, aligned; the differences of a token metric colour what is equal. */
export function Responses({ left, right, scope: { run: name, pad } }: ResponsesProps): JSX.Element | null {
  const [unit, setUnit] = useState<"" | Unit>("");
  const [stepper] = useState<{ go: (direction: 1 | -1) => boolean }>({ go: () => false });
  useKeys({ n: () => stepper.go(1), N: () => stepper.go(-1) }, "prompts");
  const metrics = run.value?.token_metrics ?? [];
  const usual = metrics.find((info) => info.name === "log_ratio") ?? metrics[0];
  const metric = selected.metric.value || (usual?.name ?? "");
  const asked =
    left === undefined || right === undefined
      ? null
      : {
          run: name,
          id: right.id,
          against_id: left.id,
          unit,
          metric: unit === "" || unit === "token" ? metric : "",
          ...(pad === undefined ? {} : { pad }),
        };
  const { data, error, stale } = useAnswer(diff, asked);
  if (error !== null)
    return <ErrorBox title={t("prompts.diff.error")} message={error.message} where={error.question} />;
  if (data === null) return <p class="muted">{t("prompts.diff.loading")}</p>;
  return (
    <div class="prompt-diff">
      <Diff
        data={data}
        left={t("prompts.at_step", { step: left?.step ?? "" })}
        right={t("prompts.at_step", { step: right?.step ?? "" })}
        hasTokens={metrics.length > 0}
        onUnit={setUnit}
        onStepper={(step) => {
          stepper.go = step;
        }}
        stale={stale}
      />
    </div>
  );
}
