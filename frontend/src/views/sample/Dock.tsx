import type { JSX } from "preact";
import { run } from "../../state/data";
import { select } from "../../state/selection";
import { Matrix } from "../../tokens/Matrix";
import type { TokenStage } from "../../tokens/stage";
import { TokenInfo } from "../../tokens/TokenInfo";
import { ValueChart } from "../../tokens/ValueChart";

/** What stays in sight while the text scrolls: matrix and value chart when opened, and the token's numbers. */
export function Dock({ stage, pinned }: { stage: TokenStage; pinned: number | null }): JSX.Element | null {
  if (stage.data.metrics.length === 0) return null;
  const gamma = run.value?.config["gamma"];
  const logged = typeof gamma === "number" && Number.isFinite(gamma);
  return (
    <>
      <div class="dock">
        <Matrix stage={stage} pinned={pinned} onPin={(token) => select({ token })} />
        <ValueChart stage={stage} gamma={{ value: logged ? gamma : 1, logged }} />
      </div>
      <TokenInfo stage={stage} pinned={pinned} />
    </>
  );
}
