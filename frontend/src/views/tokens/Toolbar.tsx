/** The toolbar of the worst tokens: metric, which end is bad, how they are grouped, steps. */

import type { JSX } from "preact";
import { BYS, ENDS, type RunInfo, type WorstTokens } from "../../api/answers";
import { hasStepRange } from "../../data/scopes";
import { t } from "../../i18n";
import { metricHint, metricLabel } from "../../metrics";
import { rangeWords } from "../../shell/rangeText";
import { select, selection } from "../../state/selection";
import { Select } from "../../ui";
import { worstMetric } from "./worstTokensQuery";

function Steps(): JSX.Element {
  const { all_steps, step } = selection.value;
  const options = [
    { value: "step", label: step === null ? t("samples.scope.newest") : t("samples.scope.step", { step }) },
    { value: "run", label: t("samples.scope.run") },
    ...(hasStepRange.value ? [{ value: "range", label: rangeWords() }] : []),
  ];
  return (
    <Select
      label={t("samples.scope")}
      testId="worst-scope"
      value={hasStepRange.value ? "range" : all_steps ? "run" : "step"}
      options={options}
      onChange={(scope) => {
        if (scope !== "range") select({ all_steps: scope === "run", step_min: null, step_max: null });
      }}
    />
  );
}

export function Toolbar({ info, end }: { info: RunInfo; end: WorstTokens["end"] | null }): JSX.Element {
  const { by, end: chosen } = selection.value;
  return (
    <section class="tools" aria-label={t("tokens.toolbar")}>
      <Select
        label={t("tokens.metric")}
        labelShown
        testId="worst-metric"
        value={worstMetric(info)}
        options={info.token_metrics.map(({ name }) => ({
          value: name,
          label: metricLabel(name),
          hint: metricHint(name),
        }))}
        onChange={(metric) => select({ metric, end: "" })}
      />
      <Select
        label={t("tokens.end")}
        testId="worst-end"
        value={chosen === "" ? (end ?? "highest") : chosen}
        options={ENDS.map((value) => ({ value, label: t(`tokens.end.${value}`) }))}
        onChange={(value) => select({ end: value })}
      />
      <Select
        label={t("tokens.by")}
        testId="worst-by"
        value={by}
        options={BYS.map((value) => ({
          value,
          label: t(`tokens.by.${value}`),
          hint: t(`tokens.by.${value}.hint`),
        }))}
        onChange={(value) => select({ by: value })}
      />
      <Steps />
    </section>
  );
}
