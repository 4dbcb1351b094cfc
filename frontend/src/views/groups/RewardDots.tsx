import type { JSX } from "preact";
import type { GroupMember } from "./groupRows";

const WIDTH = 120;
const HEIGHT = 14;
const RADIUS = 3.5;

/** The members of a group as dots on the reward axis of the list; members without a reward have none. */
export function RewardDots({
  members,
  ends,
}: {
  members: readonly GroupMember[];
  ends: readonly [number, number] | null;
}): JSX.Element {
  const [low, high] = ends ?? [0, 1];
  const inner = WIDTH - 2 * RADIUS;
  const x = (reward: number): number =>
    RADIUS + (high > low ? ((reward - low) / (high - low)) * inner : inner / 2);
  return (
    <svg class="group-dots" width={WIDTH} height={HEIGHT} aria-hidden="true">
      <line x1={0} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} />
      {members.map(({ id, reward }) =>
        reward === null || !Number.isFinite(reward) ? null : (
          <circle key={id} cx={x(reward)} cy={HEIGHT / 2} r={RADIUS} />
        ),
      )}
    </svg>
  );
}
