import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { RunInfo, Steps } from "../../../api/answers";
import { type DistributionsParameters, distributions } from "../../../data/questions/distributions";
import { shownScope } from "../../../data/scopes";
import { t } from "../../../i18n";
import { metricHint, metricLabel, referenceOf } from "../../../metrics";
import { selection } from "../../../state/selection";
import { Panel } from "../../../ui";
import { distributionMetric } from "../shared/distributionMetric";
import { PanelBody } from "../shared/PanelBody";
import { valueSpan } from "../shared/settings";
import { TableToggle } from "../shared/TableToggle";
import { useAnswerAtStep } from "../shared/useAnswerAtStep";
import { DistributionChart } from "./DistributionChart";
import { DistributionControls } from "./DistributionControls";
import { binsFor, spanOf } from "./histogramShapes";

export interface DistributionPanelProps {
  readonly run: RunInfo;
  readonly steps: Steps;
  readonly step: number;
}

/** How one metric is spread over the samples of the step, against the reference and against the pinned step. */
export function DistributionPanel({ run, steps, step }: DistributionPanelProps): JSX.Element {
  const [asTable, setAsTable] = useState(false);
  const metric = distributionMetric(run);
  const scope = shownScope.value;
  const parametersAt = (at: number): DistributionsParameters | null => {
    if (metric === "") return null;
    const pin = pinOf(steps, at);
    const span = spanOf(steps, run, metric, [at, pin], valueSpan.value);
    const bins = binsFor(steps.step_metrics["n_samples"]?.[steps.step.indexOf(at)]);
    return { scope, metric, step: at, bins, span, reference: referenceOf(run, metric) !== null, pin };
  };
  const answer = useAnswerAtStep(distributions, parametersAt, step, steps.step);
  const title = t("overview.distribution.title", { metric: metricLabel(metric), step });
  return (
    <Panel
      id="overview.spread"
      title={title}
      hint={`${title}\n${metricHint(metric)}\n${t("overview.distribution.hint")}`}
      foldLabel={t("overview.fold", { title })}
      testId="panel-distribution"
      tools={<TableToggle on={asTable} onChange={setAsTable} />}
    >
      <DistributionControls run={run} metric={metric} />
      <PanelBody
        answer={answer}
        emptyOf={(data) => (data.policy.count > 0 ? null : t("overview.distribution.empty"))}
      >
        {(data) => <DistributionChart data={data} asTable={asTable} title={title} steps={steps} />}
      </PanelBody>
    </Panel>
  );
}

/** The pinned step where it can be compared with: another step, and one that has samples. */
function pinOf(steps: Steps, step: number): number | null {
  const { pin } = selection.value;
  return pin !== null && pin !== step && steps.step.includes(pin) ? pin : null;
}
