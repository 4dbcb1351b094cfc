/** The order and the groups of runs in the choice of a run. */

import type { RunInfo } from "../../api/answers";

export const RUN_ORDERS = ["name", "findings", "newest", "reward", "problems"] as const;
export type RunOrder = (typeof RUN_ORDERS)[number];

export interface RunGroup {
  /** The folder that the names of the runs are shown below; "" where names are whole. */
  readonly folder: string;
  readonly runs: readonly RunInfo[];
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** seed2 before seed10. */
export const inNaturalOrder = (a: string, b: string): number =>
  collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);

/** Runs whose name has every word of `search`, whatever its letter case. */
export function matchingRuns(runs: readonly RunInfo[], search: string): RunInfo[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return runs.filter(({ run }) => words.every((word) => run.toLowerCase().includes(word)));
}

/** By name they are grouped by folder; by a rank they are one list, those without a number last. */
export function groupedRuns(runs: readonly RunInfo[], order: RunOrder): RunGroup[] {
  const byName = runs.toSorted((a, b) => inNaturalOrder(a.run, b.run));
  if (order === "name") return byFolder(byName);
  const rank = RANKS[order];
  return [{ folder: "", runs: byName.toSorted((a, b) => descending(rank(a), rank(b))) }];
}

const RANKS: Readonly<Record<Exclude<RunOrder, "name">, (run: RunInfo) => number | null>> = {
  newest: ({ changed_at }) => changed_at,
  reward: ({ last_reward }) => last_reward,
  problems: ({ problems }) => problems,
  // An error weighs more than any number of warnings.
  findings: ({ findings }) => findings && findings.error * 1e6 + findings.warning * 1e3 + findings.info,
};

function descending(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return b - a;
}

/** The folder of a run: its name up to the last "/". */
export const folderOf = (run: string): string => run.slice(0, Math.max(0, run.lastIndexOf("/")));

/** A folder of one run is no group: its name stays whole, and such runs come first. */
function byFolder(sorted: readonly RunInfo[]): RunGroup[] {
  const groups = new Map<string, RunInfo[]>();
  for (const info of sorted)
    groups.set(folderOf(info.run), [...(groups.get(folderOf(info.run)) ?? []), info]);
  const isAlone = ([folder, members]: readonly [string, readonly RunInfo[]]) =>
    folder === "" || members.length < 2;
  const alone = [...groups].filter(isAlone).flatMap(([, members]) => members);
  const folders = [...groups].filter((group) => !isAlone(group));
  return [
    ...(alone.length > 0 ? [{ folder: "", runs: alone }] : []),
    ...folders.map(([folder, members]) => ({ folder, runs: members })),
  ];
}
