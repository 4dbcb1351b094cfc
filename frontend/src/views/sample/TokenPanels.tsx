import type { JSX } from "preact";
import type { Sample } from "../../api/answers";
import { run } from "../../data/runs";
import { select } from "../../state/selection";
import { ValueChart } from "../../tokens/critic/ValueChart";
import { TokenMatrix } from "../../tokens/matrix/TokenMatrix";
import { MetricCurve } from "../../tokens/positions/MetricCurve";
import type { TokenViewState } from "../../tokens/shared/tokenViewState";
import { TokenDetails } from "../../tokens/TokenDetails";

export interface TokenPanelsProps {
  sample: Sample;
  viewState: TokenViewState;
  pinned: number | null;
}

/** The panels below the scrolling text: matrix, value chart, and the numbers of the current token. */
export function TokenPanels({ sample, viewState, pinned }: TokenPanelsProps): JSX.Element | null {
  if (viewState.data.metrics.length === 0) return null;
  const { gamma, lam, value_target: target } = sample;
  const logged = typeof run.value?.config["gamma"] === "number";
  return (
    <>
      <div class="dock">
        <MetricCurve viewState={viewState} />
        <TokenMatrix viewState={viewState} pinned={pinned} onPin={(token) => select({ token })} />
        <ValueChart viewState={viewState} factors={{ gamma, lam, logged }} target={target} />
      </div>
      <TokenDetails viewState={viewState} pinned={pinned} />
    </>
  );
}
