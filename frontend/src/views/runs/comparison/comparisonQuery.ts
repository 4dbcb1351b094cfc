/** What is compared, from the selection. */

import type { RunInfo } from "../../../api/answers";
import type { comparison } from "../../../data/compare/runs";
import { shownScope } from "../../../data/scopes";
import { selection } from "../../../state/selection";
import { textRulesOf } from "../../../state/textRules";

type CompareParameters = Parameters<typeof comparison.key>[0];

/** Prompts of a page. */
export const PAGE_PROMPTS = 20;

/** The metrics that both runs have, in the order of the first. */
export function sharedMetrics(a: RunInfo, b: RunInfo): string[] {
  const names = new Set(b.metrics.map(({ name }) => name));
  return a.metrics.flatMap(({ name }) => (names.has(name) ? [name] : []));
}

/** The chosen metric where both have it, else the reward, else the first that both have; null where they share none. */
export function comparedMetric(a: RunInfo, b: RunInfo): string | null {
  const names = sharedMetrics(a, b);
  return [selection.value.compared, "reward"].find((name) => names.includes(name)) ?? names[0] ?? null;
}

/** What should be compared, and the sides that do not have it; null where both do. */
export function missingMetric(a: RunInfo, b: RunInfo): { metric: string; sides: ("A" | "B")[] } | null {
  const metric = selection.value.compared || "reward";
  const lacks = ({ metrics }: RunInfo): boolean => metrics.every(({ name }) => name !== metric);
  const sides = [...(lacks(a) ? (["A"] as const) : []), ...(lacks(b) ? (["B"] as const) : [])];
  return sides.length === 0 ? null : { metric, sides };
}

/** The question on one page of the prompts; null where the runs share no metric. */
export function compareParameters(a: RunInfo, b: RunInfo, page: number): CompareParameters | null {
  const metric = comparedMetric(a, b);
  const { a_min, a_max, b_min, b_max, split_b, changed } = selection.value;
  if (metric === null) return null;
  return {
    ...shownScope.value,
    ...textRulesOf(a.run).value,
    step_min: a_min,
    step_max: a_max,
    against_run: b.run,
    against_split: split_b,
    against_step_min: b_min,
    against_step_max: b_max,
    metric,
    sort: changed,
    offset: page * PAGE_PROMPTS,
    limit: PAGE_PROMPTS,
  };
}

/** Whether both sides are the same samples: a run beside itself, without a range of its own for either. */
export function isItself(): boolean {
  const { run, run_b, split, split_b, a_min, a_max, b_min, b_max } = selection.value;
  const sameSplit = split_b === "" || split_b === split;
  return run === run_b && sameSplit && a_min === b_min && a_max === b_max;
}

/** The first and the last tenth of a run's steps, at least one each: what has changed over a training. */
export function bothEnds({ steps }: RunInfo): Record<"a_min" | "b_max", number> | null {
  const { first, last } = steps;
  if (first === null || last === null || first === last) return null;
  const tenth = Math.floor((last - first) / 10);
  return { a_min: last - tenth, b_max: first + tenth };
}
