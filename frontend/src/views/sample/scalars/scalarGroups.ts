/**
 * The scalars of a sample in an order for reading: rewards, then everything else, then the token metrics as a table.
 */

import type { Value } from "../../../api/answers";
import { type Statistic, splitStatistic } from "../../../metrics";

export type GroupName = "rewards" | "lengths" | "other";

/** The numbers of a sample, grouped. */
export interface ScalarGroups {
  plain: { group: GroupName; scalars: [name: string, value: Value][] }[];
  /** One row per token metric, in the order met. */
  statistics: { metric: string; values: Partial<Record<Statistic, Value>> }[];
}

const REWARDS = /reward|^advantage$|^group_|score/;
const LENGTHS = /^n_|_n_|length|truncated|finish_reason|repetition/;

/** Groups the scalars whose name contains `search` (any case). */
export function groupScalars(scalars: Readonly<Record<string, Value>>, search: string): ScalarGroups {
  const searched = search.trim().toLowerCase();
  const plain: Record<GroupName, [string, Value][]> = { rewards: [], lengths: [], other: [] };
  const statistics = new Map<string, Partial<Record<Statistic, Value>>>();
  for (const [name, value] of Object.entries(scalars)) {
    if (!name.toLowerCase().includes(searched)) continue;
    // Statistics come as a family; a lone `kl_max` is a metric of the log's own.
    const parts = splitStatistic(name, (metric) => `${metric}_argmax` in scalars);
    if (parts === null) {
      plain[REWARDS.test(name) ? "rewards" : LENGTHS.test(name) ? "lengths" : "other"].push([name, value]);
      continue;
    }
    const row = statistics.get(parts.metric) ?? {};
    row[parts.statistic] = value;
    statistics.set(parts.metric, row);
  }
  return {
    plain: (["rewards", "lengths", "other"] as const)
      .map((group) => ({ group, scalars: plain[group] }))
      .filter(({ scalars: found }) => found.length > 0),
    statistics: [...statistics].map(([metric, values]) => ({ metric, values })),
  };
}
