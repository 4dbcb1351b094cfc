/** The list's groups, one object each, from the columns of the answer. */

import { numberOf } from "../../api/answers";
import { GROUP_KINDS, type GroupKind, type Groups } from "../../api/groups";

/** One response of a group, as the list of groups shows it. */
export interface GroupMember {
  readonly id: string;
  readonly reward: number | null;
  readonly advantage: number | null;
}

/** One row of the list of groups. */
export interface GroupRow {
  /** Its key, which a link names. */
  readonly key: string;
  readonly step: number;
  /** The prompt of its first sample, cut as in every list. */
  readonly prompt: string;
  readonly kind: GroupKind;
  /** How many samples it has. */
  readonly size: number;
  /** Mean of its finite rewards. */
  readonly mean: number | null;
  /** Population standard deviation of its finite rewards. */
  readonly std: number | null;
  /** Mean length of its responses, in the unit of the answer. */
  readonly length: number | null;
  /** How many different responses it has. */
  readonly distinct: number | null;
  /** Σ|advantage| over the tokens of its members. */
  readonly weight: number | null;
  /** Its part of the step's weight, from 0 to 1. */
  readonly share: number | null;
  readonly members: readonly GroupMember[];
}

export function groupRows({ columns, members }: Groups): GroupRow[] {
  const byRow = new Map<number, GroupMember[]>();
  (members["id"] ?? []).forEach((id, at) => {
    const row = numberOf(members["row"]?.[at]) ?? 0;
    const member = {
      id: String(id),
      reward: numberOf(members["reward"]?.[at]),
      advantage: numberOf(members["advantage"]?.[at]),
    };
    byRow.set(row, [...(byRow.get(row) ?? []), member]);
  });
  return (columns["group"] ?? []).map((key, row) => {
    const number = (name: string): number | null => numberOf(columns[name]?.[row]);
    return {
      key: String(key),
      step: number("step") ?? 0,
      prompt: String(columns["prompt"]?.[row] ?? ""),
      kind: GROUP_KINDS.find((kind) => kind === columns["kind"]?.[row]) ?? "unrewarded",
      size: number("size") ?? 0,
      mean: number("reward_mean"),
      std: number("reward_std"),
      length: number("length_mean"),
      distinct: number("distinct"),
      weight: number("weight"),
      share: number("share"),
      members: byRow.get(row) ?? [],
    };
  });
}

/** The ends of the reward axis that all groups of the list share; null where no reward is finite. */
export function rewardEnds(rows: readonly GroupRow[]): readonly [number, number] | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { members } of rows) {
    for (const { reward } of members) {
      if (reward === null || !Number.isFinite(reward)) continue;
      low = Math.min(low, reward);
      high = Math.max(high, reward);
    }
  }
  return low > high ? null : [low, high];
}
