/** The samples of a compared prompt on either side, and where each of them leads. */

import type { Comparison } from "../../../api/compare/answers";
import { runs } from "../../../data/runs";
import { select, selected } from "../../../state/selection";

/** The samples of one side. */
export interface PairSide {
  readonly letter: "A" | "B";
  readonly run: string;
  readonly split: string;
  readonly ids: readonly string[];
  readonly values: readonly number[];
  readonly steps: readonly number[];
  /** How many there are, named or not. */
  readonly count: number;
}

/** The sides of a prompt of the list. */
export function sidesOf({ a, b, prompts }: Comparison, row: number): readonly [PairSide, PairSide] {
  const side = (letter: "A" | "B"): PairSide => {
    const small = letter === "A" ? "a" : "b";
    const { run, split } = letter === "A" ? a : b;
    return {
      ...{ letter, run, split },
      ids: prompts[`${small}_ids`][row] ?? [],
      values: prompts[`${small}_values`][row] ?? [],
      steps: prompts[`${small}_steps`][row] ?? [],
      count: prompts[`${small}_count`][row] ?? 0,
    };
  };
  return [side("A"), side("B")];
}

/** Opens a sample in the list of its run, at its step, ordered by what is compared. */
export function openSample({ run, split, ids, steps, values }: PairSide, at: number, about: string): void {
  const [sample, step] = [ids[at], steps[at]];
  if (sample === undefined || step === undefined) return;
  const about_order = (values[at] ?? 0) < 0 ? "asc" : "desc";
  const where = { run, split, sample, step, step_min: null, step_max: null };
  select({ ...where, view: "samples", about, about_order }, "push");
}

/** Token metrics whose differences tell most, best first. */
const PREFERRED = ["log_ratio", "k3", "logprobs"];

/** The token metric that colours what is equal: the chosen one where both runs have it; "" for none. */
export function pairMetric(a: string, b: string): string {
  const had = [a, b].map((name) => {
    const metrics = runs.value?.runs.find(({ run }) => run === name)?.token_metrics ?? [];
    return new Set(metrics.map((metric) => metric.name));
  });
  const wanted = [selected.metric.value, ...PREFERRED];
  return wanted.find((name) => had.every((names) => names.has(name))) ?? "";
}
