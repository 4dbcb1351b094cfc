import type { JSX } from "preact";
import type { RunInfo, Steps } from "../../api/answers";
import { stepScope, useAnswer } from "../../state/data";
import { markCap } from "./choices";
import { DistributionPanel } from "./DistributionPanel";
import { GapPanel } from "./GapPanel";
import { MarksPanel } from "./MarksPanel";
import { settled } from "./settle";
import { loadStepSamples } from "./stepSamples";

export interface StepPanelsProps {
  readonly run: RunInfo;
  readonly steps: Steps;
  readonly step: number;
}

/** What happened at the selected step: sample by sample against the reference, and as a distribution. */
export function StepPanels({ run, steps, step }: StepPanelsProps): JSX.Element {
  const scope = stepScope.value;
  const cap = markCap.value;
  const answer = useAnswer(`marks ${JSON.stringify([scope, cap])}`, async (signal) => {
    await settled(signal);
    return loadStepSamples(scope, run, cap, signal);
  });
  return (
    <div class="overview-panels">
      <MarksPanel step={step} answer={answer} />
      <GapPanel step={step} steps={steps} answer={answer} />
      <DistributionPanel run={run} steps={steps} step={step} />
    </div>
  );
}
