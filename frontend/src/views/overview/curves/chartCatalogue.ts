import type { RunInfo, Steps } from "../../../api/answers";
import type { ColourRole } from "../../../charts/shared/chartColours";
import type { KlEstimator } from "../shared/settings";

/** One line of a chart and where its numbers come from. */
export interface LineSource {
  readonly name: string;
  readonly from: "metric" | "step_metric";
  readonly colour: ColourRole;
  /** Which word names the line in the legend; a metric's own label where there is none. */
  readonly word?: "policy" | "reference";
}

/** What a chart of the grid shows, without its numbers. */
export interface ChartSource {
  /** Settings and tests refer to a chart by it, so it never changes. */
  readonly id: string;
  readonly lines: readonly LineSource[];
  /** Stays in the grid with an explanation where its fields were not logged. */
  readonly essential: boolean;
  /** The unit of the first line, "" where it has none. */
  readonly unit: string;
  /** Means over tokens, not over samples. */
  readonly tokenWeighted: boolean;
}

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

/** The id of the chart of a sample metric. */
export const metricChartId = (name: string): string => `metric:${name}`;
/** The id of the chart of a number of the steps. */
export const stepMetricChartId = (name: string): string => `step:${name}`;

const policyLine = (name: string): LineSource => ({ name, from: "metric", colour: "policy", word: "policy" });
const referenceLine = (name: string): LineSource => ({
  name,
  from: "metric",
  colour: "ref",
  word: "reference",
});

/** The built-in charts of a run, lines that it has no metric for left out. */
export function builtInCharts(run: RunInfo, steps: Steps | null, klEstimator: KlEstimator): ChartSource[] {
  const has = (name: string) => run.metrics.some((metric) => metric.name === name);
  const length = has("n_tokens") ? "n_tokens" : "n_chars";
  const entropy = has("entropies_mean") ? "entropies_mean" : "surprise_mean";
  const lines: Readonly<Record<BuiltIn, readonly LineSource[]>> = {
    reward: [referenceLine("ref_reward"), policyLine("reward")],
    kl: [policyLine(klEstimator)],
    length: length === "n_chars" ? [referenceLine("ref_n_chars"), policyLine(length)] : [policyLine(length)],
    reward_gap: [policyLine("reward_gap")],
    outcome: [outcomeLine("win", "pos"), outcomeLine("tie", "muted"), outcomeLine("loss", "neg")],
    entropy: [policyLine(entropy)],
    valid_reward: [referenceLine("ref_valid_reward"), policyLine("valid_reward")],
  };
  return BUILT_IN.map((id) => {
    const present = lines[id].filter((line) =>
      line.from === "metric" ? has(line.name) : hasNumbers(steps?.step_metrics[line.name]),
    );
    return chart(run, id, present, ESSENTIAL.includes(id));
  });
}

const outcomeLine = (name: string, colour: ColourRole): LineSource => ({ name, from: "step_metric", colour });

const hasNumbers = (column: readonly (number | null)[] | undefined): boolean =>
  column?.some((value) => value !== null) ?? false;

/** Charts of the metrics that were added by name, in the order of adding; unknown names are left out. */
export function addedCharts(run: RunInfo, steps: Steps | null, ids: readonly string[]): ChartSource[] {
  return ids.flatMap((id) => {
    const cut = id.indexOf(":");
    const [kind, name] = [id.slice(0, cut), id.slice(cut + 1)];
    const ofSteps = steps !== null && Object.hasOwn(steps.step_metrics, name);
    const ofSamples = kind === "metric" && run.metrics.some((metric) => metric.name === name);
    if (!ofSamples && !(kind === "step" && ofSteps)) return [];
    // Explained variance is a metric of both: a mean of the samples' own would be none of the step.
    const from = ofSteps ? "step_metric" : "metric";
    return [chart(run, id, [{ name, from, colour: "policy" }], false)];
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
