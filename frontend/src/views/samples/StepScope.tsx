/** Which steps the table covers: the current one, a range whose ends are typed, or all. */

import type { JSX } from "preact";
import { run } from "../../data/runs";
import { hasStepRange } from "../../data/scopes";
import { t } from "../../i18n";
import { select, selected } from "../../state/selection";
import { NumberField, Select } from "../../ui";

type StepScopeName = "step" | "range" | "run";

function currentScope(): StepScopeName {
  const [step_min, step_max] = [selected.step_min.value, selected.step_max.value];
  if (!hasStepRange.value) return "step";
  const first = run.value?.steps.first ?? null;
  const isWhole = step_max === null && (step_min === null || (first !== null && step_min <= first));
  return isWhole ? "run" : "range";
}

function choose(scope: StepScopeName): void {
  const step = selected.step.peek();
  const first = run.value?.steps.first ?? 0;
  if (scope === "step") select({ step_min: null, step_max: null });
  else if (scope === "run") select({ step_min: first, step_max: null });
  else select({ step_min: step ?? first, step_max: step ?? run.value?.steps.last ?? first });
}

/** Both ends as fields. An end that is typed beyond the other takes it along; an emptied one is open. */
function RangeEnds(): JSX.Element {
  const [min, max] = [selected.step_min.value, selected.step_max.value];
  return (
    <span class="group range-ends">
      <NumberField
        label={t("samples.range_from")}
        integer
        width={64}
        testId="range-from"
        value={min}
        onCommit={(from) =>
          select({ step_min: from, step_max: from !== null && max !== null ? Math.max(from, max) : max })
        }
      />
      <span aria-hidden="true">–</span>
      <NumberField
        label={t("samples.range_to")}
        integer
        width={64}
        testId="range-to"
        value={max}
        onCommit={(to) =>
          select({ step_max: to, step_min: to !== null && min !== null ? Math.min(to, min) : min })
        }
      />
    </span>
  );
}

export function StepScope(): JSX.Element {
  const step = selected.step.value;
  const scope = currentScope();
  const options: { value: StepScopeName; label: string }[] = [
    { value: "step", label: step === null ? t("samples.scope.newest") : t("samples.scope.step", { step }) },
    { value: "range", label: t("samples.scope.range") },
    { value: "run", label: t("samples.scope.run") },
  ];
  return (
    <>
      <Select label={t("samples.scope")} testId="scope" value={scope} options={options} onChange={choose} />
      {scope === "range" && <RangeEnds />}
    </>
  );
}
