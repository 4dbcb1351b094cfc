import type { RunInfo, Steps } from "../../../api/answers";
import type { ColourRole } from "../../../charts/shared/chartColours";

/** One line of a chart and where its numbers come from. */
export interface LineSource {
  readonly name: string;
  readonly from: "metric" | "step_metric";
  readonly colour: ColourRole;
  /** Which word names the line in the legend; a metric's own label where there is none. */
  readonly word?: "policy" | "reference";
}

/** A chart of the grid, before any number of it is known. */
export interface ChartSource {
  /** Stable: settings and tests know a chart by it. */
  readonly id: string;
  readonly lines: readonly LineSource[];
  /** Stays in the grid with an explanation where its fields were not logged. */
  readonly essential: boolean;
  /** The unit of the first line, "" where it has none. */
  readonly unit: string;
  /** Means over tokens, not over samples. */
  readonly tokenWeighted: boolean;
}

export const KL_METRICS = ["log_ratio_mean", "k2_mean", "k3_mean"] as const;
export type KlMetric = (typeof KL_METRICS)[number];

/** Charts that are named by what they are about; any further metric is a chart of its own. */
export const BUILT_IN = [
  "reward",
  "kl",
  "length",
  "reward_gap",
  "outcome",
  "entropy",
  "valid_reward",
] as const;
export type BuiltIn = (typeof BUILT_IN)[number];
const ESSENTIAL: readonly string[] = ["reward", "kl", "length", "reward_gap"];

export const metricChart = (name: string): string => `metric:${name}`;
export const stepMetricChart = (name: string): string => `step:${name}`;

const policy = (name: string): LineSource => ({ name, from: "metric", colour: "policy", word: "policy" });
const reference = (name: string): LineSource => ({ name, from: "metric", colour: "ref", word: "reference" });

/** The built-in charts of a run, lines that it has no metric for left out. */
export function builtInCharts(run: RunInfo, steps: Steps | null, kl: KlMetric): ChartSource[] {
  const has = (name: string) => run.metrics.some((metric) => metric.name === name);
  const length = has("n_tokens") ? "n_tokens" : "n_chars";
  const entropy = has("entropies_mean") ? "entropies_mean" : "surprise_mean";
  const lines: Readonly<Record<BuiltIn, readonly LineSource[]>> = {
    reward: [reference("ref_reward"), policy("reward")],
    kl: [policy(kl)],
    length: length === "n_chars" ? [reference("ref_n_chars"), policy(length)] : [policy(length)],
    reward_gap: [policy("reward_gap")],
    outcome: [outcome("win", "pos"), outcome("tie", "muted"), outcome("loss", "neg")],
    entropy: [policy(entropy)],
    valid_reward: [reference("ref_valid_reward"), policy("valid_reward")],
  };
  return BUILT_IN.map((id) => {
    const present = lines[id].filter((line) =>
      line.from === "metric" ? has(line.name) : hasNumbers(steps?.step_metrics[line.name]),
    );
    return chart(run, id, present, ESSENTIAL.includes(id));
  });
}

const outcome = (name: string, colour: ColourRole): LineSource => ({ name, from: "step_metric", colour });

const hasNumbers = (column: readonly (number | null)[] | undefined): boolean =>
  column?.some((value) => value !== null) ?? false;

/** Charts of the metrics that were added by name, in the order of adding; unknown names are passed over. */
export function addedCharts(run: RunInfo, steps: Steps | null, ids: readonly string[]): ChartSource[] {
  return ids.flatMap((id) => {
    const cut = id.indexOf(":");
    const [kind, name] = [id.slice(0, cut), id.slice(cut + 1)];
    if (kind === "metric" && run.metrics.some((metric) => metric.name === name)) {
      return [chart(run, id, [{ name, from: "metric", colour: "policy" }], false)];
    }
    if (kind === "step" && steps && Object.hasOwn(steps.step_metrics, name)) {
      return [chart(run, id, [{ name, from: "step_metric", colour: "policy" }], false)];
    }
    return [];
  });
}

function chart(run: RunInfo, id: string, lines: readonly LineSource[], essential: boolean): ChartSource {
  const main = lines.at(-1);
  const info = run.metrics.find((metric) => metric.name === main?.name);
  const tokenWeighted = main?.from === "metric" && isTokenMean(run, main.name);
  return { id, lines, essential, unit: info?.unit ?? "", tokenWeighted };
}

/** Whether a per-step mean runs over all tokens of the step, so that long responses weigh more. */
export function isTokenMean(run: RunInfo, name: string): boolean {
  return name.endsWith("_mean") && run.token_metrics.some((metric) => `${metric.name}_mean` === name);
}
