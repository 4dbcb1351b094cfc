import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RunInfo, Steps } from "../../../api/answers";
import { gapsOf } from "../../../charts/samples/sampleMarks";
import { stepSamples } from "../../../data/questions/stepSamples";
import { shownScope } from "../../../data/scopes";
import { useAnswer } from "../../../data/useAnswer";
import { selection } from "../../../state/selection";
import { DistributionPanel } from "../distribution/DistributionPanel";
import { markCap } from "../shared/settings";
import { unusableWords } from "../shared/unusableWords";
import { useAnswerAtStep } from "../shared/useAnswerAtStep";
import { GapPanel } from "./GapPanel";
import { RewardPanel } from "./RewardPanel";
import { markColumnsOf, marksOf } from "./stepMarks";
import "./words";

export interface StepPanelsProps {
  readonly run: RunInfo;
  readonly steps: Steps;
  readonly step: number;
}

/** The panels of the selected step: rewards and reward gaps sample by sample, and the distribution of a metric. */
export function StepPanels({ run, steps, step }: StepPanelsProps): JSX.Element {
  const scope = shownScope.value;
  const limit = markCap.value;
  const parametersAt = (at: number) => ({
    scope: { ...scope, step: at },
    columns: markColumnsOf(run),
    limit,
  });
  const answer = useAnswerAtStep(stepSamples, parametersAt, step, steps.step);
  const marks = useMemo(() => answer.data && marksOf(answer.data), [answer.data]);
  const { pin } = selection.value;
  const beside = pin !== null && pin !== step && hasGaps(run) ? pin : null;
  const pinned = useAnswer(stepSamples, beside === null ? null : parametersAt(beside));
  const pinnedGaps = useMemo(() => pinned.data && gapsOf(marksOf(pinned.data).gaps), [pinned.data]);
  const marksAnswer = { ...answer, data: marks };
  return (
    <div class="overview-panels">
      <RewardPanel step={step} answer={marksAnswer} />
      {hasGaps(run) && (
        <GapPanel
          step={step}
          steps={steps}
          answer={marksAnswer}
          pinned={beside === null || pinnedGaps === null ? null : { step: beside, gaps: pinnedGaps }}
        />
      )}
      <DistributionPanel run={run} steps={steps} step={step} />
    </div>
  );
}

/** Whether there is a reference to compare with, or one was logged that cannot be used. */
const hasGaps = (run: RunInfo): boolean =>
  run.metrics.some(({ name }) => name === "reward_gap") || unusableWords(["reward", "ref_reward"]) !== null;
