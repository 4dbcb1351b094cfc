import type { RunInfo, Samples } from "../../api/answers";
import { api, type Scope } from "../../api/client";
import type { Mark } from "../../charts/samples/sampleMarks";

/** As many samples as one question may ask for. */
export const PAGE = 500;

export interface StepSamples {
  /** Samples of the step, drawn or not. */
  readonly total: number;
  readonly rewards: readonly Mark[];
  readonly gaps: readonly Mark[];
}

const COLUMNS = ["reward", "ref_reward", "reward_gap"] as const;

/** The first `cap` samples of a step in the order of logging: the pages after the first are asked for at once. */
export async function loadStepSamples(
  scope: Scope,
  run: RunInfo,
  cap: number,
  signal?: AbortSignal,
): Promise<StepSamples> {
  // A column that the run does not have is an error to the server, and an empty panel to us.
  const known = COLUMNS.filter((name) => run.metrics.some((metric) => metric.name === name));
  const columns = ["id", "step", ...known];
  const page = (offset: number) =>
    api.samples(scope, { columns, offset, limit: Math.min(PAGE, cap - offset) }, signal);
  const first = await page(0);
  const wanted = Math.min(first.total, cap);
  const offsets: number[] = [];
  for (let offset = PAGE; offset < wanted; offset += PAGE) offsets.push(offset);
  const pages = [first, ...(await Promise.all(offsets.map(page)))];
  return { total: first.total, ...marksOf(pages) };
}

export function marksOf(pages: readonly Samples[]): Pick<StepSamples, "rewards" | "gaps"> {
  const column = (name: string) =>
    pages.flatMap(
      (page) => page.columns[name] ?? new Array<null>(page.columns["id"]?.length ?? 0).fill(null),
    );
  const ids = column("id").map(String);
  const [reward, reference, gap] = ["reward", "ref_reward", "reward_gap"].map((name) =>
    column(name).map((value) => (typeof value === "number" ? value : null)),
  );
  const mark = (id: string, index: number, value: number | null, beside: number | null): Mark => ({
    id,
    index,
    value,
    reference: beside,
  });
  return {
    rewards: ids.map((id, i) => mark(id, i, reward?.[i] ?? null, reference?.[i] ?? null)),
    gaps: ids.map((id, i) => mark(id, i, gap?.[i] ?? null, null)),
  };
}
