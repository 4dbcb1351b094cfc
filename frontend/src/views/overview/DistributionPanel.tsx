import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { RunInfo, Steps } from "../../api/answers";
import { t } from "../../i18n";
import { metricHint, metricLabel } from "../../i18n/names";
import { stepScope, useAnswer } from "../../state/data";
import { selection } from "../../state/selection";
import { Panel } from "../../ui";
import { referenceOf } from "./catalogue";
import { spanAll } from "./choices";
import { DistributionBody } from "./DistributionBody";
import { DistributionChoices, distributionMetric } from "./DistributionChoices";
import { loadCompared, spanOf } from "./distributions";
import { PanelBody } from "./PanelBody";
import { settled } from "./settle";
import { TableToggle } from "./TableToggle";

export interface DistributionPanelProps {
  readonly run: RunInfo;
  readonly steps: Steps;
  readonly step: number;
}

/** How one metric is spread over the samples of the step, against the reference and against the pinned step. */
export function DistributionPanel({ run, steps, step }: DistributionPanelProps): JSX.Element {
  const [asTable, setAsTable] = useState(false);
  const metric = distributionMetric(run);
  const pin = pinOf(steps, step);
  const scope = stepScope.value;
  const span = spanOf(steps, run, metric, [step, pin], spanAll.value);
  const query = { metric, step, span, pin, reference: referenceOf(run, metric) !== null };
  const answer = useAnswer(
    metric === "" ? "" : `spread ${JSON.stringify([scope, query])}`,
    async (signal) => {
      await settled(signal);
      return loadCompared(scope, query, signal);
    },
  );
  const title = t("overview.spread.title", { metric: metricLabel(metric), step });
  return (
    <Panel
      id="overview.spread"
      title={title}
      hint={`${title}\n${metricHint(metric)}\n${t("overview.spread.hint")}`}
      foldLabel={t("overview.fold", { title })}
      testId="panel-distribution"
      tools={<TableToggle on={asTable} onChange={setAsTable} />}
    >
      <DistributionChoices run={run} metric={metric} />
      <PanelBody
        answer={answer}
        emptyOf={(data) => (data.policy.count > 0 ? null : t("overview.spread.empty"))}
      >
        {(data) => <DistributionBody data={data} asTable={asTable} title={title} steps={steps} />}
      </PanelBody>
    </Panel>
  );
}

/** The pinned step where it can be compared with: another step, and one that has samples. */
function pinOf(steps: Steps, step: number): number | null {
  const { pin } = selection.value;
  return pin !== null && pin !== step && steps.step.includes(pin) ? pin : null;
}
