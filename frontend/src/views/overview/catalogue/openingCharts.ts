/** The charts that open by themselves: those that this log has something to say with. */

import type { RunInfo, Steps } from "../../../api/answers";
import { unusableWords } from "../shared/unusableWords";
import { type ChartSource, functionLines, type LineSource, metricChartId } from "./chartCatalogue";
import { ownNumbers } from "./ownNumbers";

/** Logged words that a chart is made of, for charts that say why they are empty. */
export const LOGGED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  reward: ["reward"],
  kl: ["logprobs", "ref_logprobs"],
  length: ["response_tokens"],
  reward_gap: ["reward", "ref_reward"],
};

/** Charts of what should not happen: they open once it does. The least change that counts, in the metric's unit. */
const OPEN_WHEN_VARYING: Readonly<Record<string, number>> = {
  truncation: 0,
  duplicates: 0,
  repetition: 0.05,
  staleness: 0,
};

/** A share that never changes is as bad as one that does: the chart opens wherever one of its values is not 0. */
const OPEN_WHEN_MET: ReadonlySet<string> = new Set(["groups"]);

/** Metrics that are asked for to know whether their chart opens. */
export function watchedMetrics(run: RunInfo): string[] {
  const watched = run.metrics
    .map(({ name }) => name)
    .filter((name) => name === "repetition" || name === "staleness");
  const functions = functionLines(run);
  const only = functions.length === 1 ? functions.map(({ name }) => name) : [];
  return [...watched, ...ownNumbers(run), ...only];
}

/** Whether a named chart, or one of a number that only the log knows, opens by itself. */
export function opensByItself(chart: ChartSource, steps: Steps | null): boolean {
  if (chart.lines.length === 0) {
    // Without a reward there is little to see, and the chart says what to log.
    return chart.id === "reward" || unusableWords(LOGGED_FIELDS[chart.id] ?? []) !== null;
  }
  if (OPEN_WHEN_MET.has(chart.id))
    return chart.lines.some((line) => valuesOf(line, steps).some((value) => (value ?? 0) !== 0));
  if (chart.id === "reward_functions" && isRewardItself(chart.lines, steps)) return false;
  const isOwn = chart.id === metricChartId(chart.lines[0]?.name ?? "");
  const least = isOwn ? 0 : OPEN_WHEN_VARYING[chart.id];
  return least === undefined || chart.lines.some((line) => spread(valuesOf(line, steps)) > least);
}

/** Whether the only reward function is the whole reward, whose chart is there already. */
function isRewardItself(lines: readonly LineSource[], steps: Steps | null): boolean {
  const [only, second] = lines;
  if (only === undefined || second !== undefined) return false;
  const rewards = steps?.metrics["reward"]?.mean;
  return valuesOf(only, steps).every((value, at) => isAbout(value, rewards?.[at] ?? null));
}

const isAbout = (a: number | null, b: number | null): boolean =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b)));

function valuesOf(line: LineSource, steps: Steps | null): readonly (number | null)[] {
  const column = line.from === "metric" ? steps?.metrics[line.name]?.mean : steps?.step_metrics[line.name];
  return column ?? [];
}

/** Largest minus smallest finite value; 0 where there are not two. */
function spread(values: readonly (number | null)[]): number {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const [least, most] = [Math.min, Math.max].map((end) => finite.reduce((a, b) => end(a, b), finite[0] ?? 0));
  return (most ?? 0) - (least ?? 0);
}
