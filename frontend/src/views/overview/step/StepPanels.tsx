import type { JSX } from "preact";
import type { RunInfo, Steps } from "../../../api/answers";
import { shownScope } from "../../../state/data";
import { DistributionPanel } from "../distribution/DistributionPanel";
import { markCap } from "../shared/settings";
import { loadStepSamples, type StepSamples } from "../stepSamples";
import { Recent, type StepQuestion, useAtStep } from "../walking";
import { GapPanel } from "./GapPanel";
import { RewardPanel } from "./RewardPanel";

const recent = new Recent<StepSamples>();

export interface StepPanelsProps {
  readonly run: RunInfo;
  readonly steps: Steps;
  readonly step: number;
}

/** The panels of the selected step: rewards and reward gaps sample by sample, and the distribution of a metric. */
export function StepPanels({ run, steps, step }: StepPanelsProps): JSX.Element {
  const scope = shownScope.value;
  const cap = markCap.value;
  const question = (at: number): StepQuestion<StepSamples> => ({
    key: `marks ${JSON.stringify([scope, at, cap])}`,
    load: (signal) => loadStepSamples({ ...scope, step: at }, run, cap, signal),
  });
  const answer = useAtStep(recent, question, step, steps.step);
  return (
    <div class="overview-panels">
      <RewardPanel step={step} answer={answer} />
      <GapPanel step={step} steps={steps} answer={answer} />
      <DistributionPanel run={run} steps={steps} step={step} />
    </div>
  );
}
