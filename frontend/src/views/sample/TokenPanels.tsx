import type { JSX } from "preact";
import type { Sample } from "../../api/answers";
import { run } from "../../state/data";
import { select } from "../../state/selection";
import { ValueChart } from "../../tokens/critic/ValueChart";
import { Matrix } from "../../tokens/matrix/TokenMatrix";
import type { TokenStage } from "../../tokens/shared/tokenViewState";
import { TokenInfo } from "../../tokens/TokenDetails";

export interface DockProps {
  sample: Sample;
  stage: TokenStage;
  pinned: number | null;
}

/** What stays in sight while the text scrolls: matrix and value chart when opened, and the token's numbers. */
export function Dock({ sample, stage, pinned }: DockProps): JSX.Element | null {
  if (stage.data.metrics.length === 0) return null;
  const { gamma, lam, value_target: target } = sample;
  const logged = typeof run.value?.config["gamma"] === "number";
  return (
    <>
      <div class="dock">
        <Matrix stage={stage} pinned={pinned} onPin={(token) => select({ token })} />
        <ValueChart stage={stage} factors={{ gamma, lam, logged }} target={target} />
      </div>
      <TokenInfo stage={stage} pinned={pinned} />
    </>
  );
}
