/** The numbers of a run that the table sorts by, and the order of its rows. */

import type { RunMetric, RunRow } from "../../../api/compare/answers";
import { inNaturalOrder } from "../../../shell/runs/runOrder";
import type { Order } from "../../../ui/table/columns";

/** A metric of the run, or the one that stands for it where the run does not have it. */
const metric = (row: RunRow, ...names: string[]): RunMetric | undefined =>
  names.map((name) => row.metrics[name]).find((found) => found !== undefined);

export const rewardOf = (row: RunRow): RunMetric | undefined => metric(row, "reward", "valid_reward");
export const klOf = (row: RunRow): RunMetric | undefined => metric(row, "k3_mean", "log_ratio_mean");
export const lengthOf = (row: RunRow): RunMetric | undefined => metric(row, "n_tokens", "n_chars");

/** An error weighs more than any number of warnings, and a warning more than any number of hints. */
const weight = ({ findings }: RunRow): number | null =>
  findings && findings.error * 1e6 + findings.warning * 1e3 + findings.info;

export const RANKS: Readonly<Record<string, (row: RunRow) => number | null>> = {
  findings: weight,
  problems: ({ problems }) => problems,
  reward: (row) => rewardOf(row)?.last ?? null,
  best: (row) => rewardOf(row)?.highest ?? null,
  area: (row) => rewardOf(row)?.area ?? null,
  kl: (row) => klOf(row)?.last ?? null,
  length: (row) => lengthOf(row)?.last ?? null,
  step: ({ last_step }) => last_step,
  samples: ({ samples }) => samples,
  changed: ({ changed_at }) => changed_at,
};

/** Numbers in the order that is asked for, those that are none last both ways. */
function compare(a: number | null, b: number | null, order: Order): number {
  const [left, right] = [a, b].map((x) => x !== null && !Number.isNaN(x));
  if (!left || !right) return Number(!left) - Number(!right);
  return order === "desc" ? Number(b) - Number(a) || 0 : Number(a) - Number(b) || 0;
}

/**
 * The runs in the order of the table.
 *
 * @param sort "" is the worst first: by findings, then unread lines, then the lowest reward.
 */
export function rankedRuns(rows: readonly RunRow[], sort: string, order: Order): RunRow[] {
  const byName = rows.toSorted((a, b) => inNaturalOrder(a.run, b.run));
  if (sort === "run") return order === "desc" ? byName.toReversed() : byName;
  const rank = RANKS[sort];
  if (rank !== undefined) return byName.toSorted((a, b) => compare(rank(a), rank(b), order));
  const reward = (row: RunRow) => rewardOf(row)?.last ?? null;
  return byName.toSorted(
    (a, b) =>
      compare(weight(a), weight(b), "desc") ||
      b.problems - a.problems ||
      compare(reward(a), reward(b), "asc"),
  );
}
