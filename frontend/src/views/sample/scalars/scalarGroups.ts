/** The scalars of a sample in an order for reading: rewards, then everything else, then the token metrics as a table. */

import type { Value } from "../../../api/answers";

export const AGGREGATES = ["mean", "sum", "std", "min", "max", "argmax", "absmean"] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export type GroupName = "rewards" | "lengths" | "other";

export interface ScalarGroups {
  plain: { group: GroupName; scalars: [name: string, value: Value][] }[];
  /** One row per token metric, in the order met. */
  aggregates: { metric: string; values: Partial<Record<Aggregate, Value>> }[];
}

const REWARDS = /reward|^advantage$|^group_|score/;
const LENGTHS = /^n_|_n_|length|truncated|finish_reason|repetition/;

/** Groups the scalars whose name contains `search` (any case). */
export function groupScalars(scalars: Readonly<Record<string, Value>>, search: string): ScalarGroups {
  const wanted = search.trim().toLowerCase();
  const plain: Record<GroupName, [string, Value][]> = { rewards: [], lengths: [], other: [] };
  const aggregates = new Map<string, Partial<Record<Aggregate, Value>>>();
  for (const [name, value] of Object.entries(scalars)) {
    if (!name.toLowerCase().includes(wanted)) continue;
    const parts = aggregateOf(name, scalars);
    if (parts === null) {
      plain[REWARDS.test(name) ? "rewards" : LENGTHS.test(name) ? "lengths" : "other"].push([name, value]);
      continue;
    }
    const row = aggregates.get(parts.metric) ?? {};
    row[parts.aggregate] = value;
    aggregates.set(parts.metric, row);
  }
  return {
    plain: (["rewards", "lengths", "other"] as const)
      .map((group) => ({ group, scalars: plain[group] }))
      .filter(({ scalars: found }) => found.length > 0),
    aggregates: [...aggregates].map(([metric, values]) => ({ metric, values })),
  };
}

/** Splits `k3_mean`; a lone `kl_max` of the user's own is no aggregate of ours: those come as a family. */
function aggregateOf(
  name: string,
  scalars: Readonly<Record<string, Value>>,
): { metric: string; aggregate: Aggregate } | null {
  for (const aggregate of AGGREGATES) {
    const metric = name.slice(0, -aggregate.length - 1);
    if (name.endsWith(`_${aggregate}`) && `${metric}_argmax` in scalars) return { metric, aggregate };
  }
  return null;
}
