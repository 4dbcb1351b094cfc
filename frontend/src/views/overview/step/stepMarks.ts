/** The samples of a step as marks to draw. */

import type { RunInfo, Samples } from "../../../api/answers";
import type { SampleMark } from "../../../charts/samples/sampleMarks";

export interface StepMarks {
  /** Samples of the step, drawn or not. */
  readonly total: number;
  readonly rewards: readonly SampleMark[];
  readonly gaps: readonly SampleMark[];
}

/** The columns that `marksOf` reads, where the run has them. */
const MARK_COLUMNS = ["reward", "ref_reward", "reward_gap"] as const;

/** Rewards beside the reference's, and gaps between them; a column that is not there is missing throughout. */
export function marksOf(pages: readonly Samples[]): StepMarks {
  const column = (name: string) =>
    pages.flatMap(
      (page) => page.columns[name] ?? new Array<null>(page.columns["id"]?.length ?? 0).fill(null),
    );
  const ids = column("id").map(String);
  const [reward, reference, gap] = MARK_COLUMNS.map((name) =>
    column(name).map((value) => (typeof value === "number" ? value : null)),
  );
  const mark = (index: number, value: number | null, beside: number | null): SampleMark => ({
    id: ids[index] ?? "",
    index,
    value,
    reference: beside,
  });
  return {
    total: pages[0]?.total ?? 0,
    rewards: ids.map((_, i) => mark(i, reward?.[i] ?? null, reference?.[i] ?? null)),
    gaps: ids.map((_, i) => mark(i, gap?.[i] ?? null, null)),
  };
}

/** What to ask the server for: a column that the run does not have would be an error there. */
export function markColumnsOf(run: RunInfo): string[] {
  const logged = MARK_COLUMNS.filter((name) => run.metrics.some((metric) => metric.name === name));
  return ["id", "step", ...logged];
}
