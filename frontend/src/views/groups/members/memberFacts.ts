/** The numbers of one member of a group, as its row of the answer has them, and how much of the step's gradient is its own. */

import type { Value } from "../../../api/answers";
import type { Group } from "../../../api/groups";

const finiteNumberOf = (value: Value | undefined): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/** The columns of a member; `share` is its part of Σ|advantage| over the tokens of the whole step, null where there is none. */
export function memberFacts({ facts, members }: Group, at: number): Record<string, Value> {
  const row = Object.fromEntries(Object.entries(members).map(([name, column]) => [name, column[at] ?? null]));
  const [weight, ofGroup, share] = [row["weight"], facts["weight"], facts["share"]].map(finiteNumberOf);
  const isKnown = weight != null && ofGroup != null && share != null && ofGroup > 0;
  return { ...row, share: isKnown ? (share * weight) / ofGroup : null };
}
