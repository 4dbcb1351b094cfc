import { run } from "../data/runs";
import { t } from "../i18n";
import { selected } from "../state/selection";

/** The chosen steps in words: "steps 100 – 240", "all steps". */
export function rangeWords(): string {
  const [step_min, step_max] = [selected.step_min.value, selected.step_max.value];
  const first = run.value?.steps.first ?? null;
  if (step_max === null && (step_min === null || (first !== null && step_min <= first)))
    return t("shell.range.all");
  if (step_max === null) return t("shell.range.from", { from: step_min ?? "" });
  if (step_min === null) return t("shell.range.to", { to: step_max });
  return t("shell.range", { from: step_min, to: step_max });
}
