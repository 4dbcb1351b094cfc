import type { RunInfo, Steps } from "../../../api/answers";
import type { ColourRole } from "../../../charts/shared/chartColours";
import { isRewardFunction, type MetricQuestion, questionOf, splitStatistic } from "../../../metrics";
import type { KlEstimator } from "../shared/settings";

/** One line of a chart and where its numbers come from. */
export interface LineSource {
  readonly name: string;
  readonly from: "metric" | "step_metric";
  readonly colour: ColourRole;
  /** Which word names the line in the legend; a metric's own label where there is none. */
  readonly word?: "policy" | "reference" | "all_good" | "all_bad" | "equal_rewards";
}

/** What a chart of the grid shows, without its numbers. */
export interface ChartSource {
  /** Settings, links and tests refer to a chart by it, so it never changes. */
  readonly id: string;
  readonly question: MetricQuestion;
  readonly lines: readonly LineSource[];
  /** The unit of the last line, "" where it has none. */
  readonly unit: string;
  /** Means over tokens, not over samples. */
  readonly tokenWeighted: boolean;
}

/** Charts that are named by what they are about, in the order of the grid; any further metric is a chart of its own. */
const NAMED = {
  reward: "reward",
  reward_functions: "reward",
  kl: "drift",
  length: "length",
  mismatch: "sampler",
  staleness: "sampler",
  groups: "groups",
  truncation: "length",
  entropy: "exploration",
  critic: "critic",
  reward_gap: "reward",
  outcome: "reward",
  valid_reward: "reward",
  duplicates: "degeneration",
  repetition: "degeneration",
} as const satisfies Readonly<Record<string, MetricQuestion>>;
export type NamedChart = keyof typeof NAMED;

/** The id of the chart of a sample metric. */
export const metricChartId = (name: string): string => `metric:${name}`;
/** The id of the chart of a number of the steps. */
export const stepMetricChartId = (name: string): string => `step:${name}`;

const policyLine = (name: string): LineSource => ({ name, from: "metric", colour: "policy", word: "policy" });
const referenceLine = (name: string): LineSource => ({
  ...policyLine(name),
  colour: "ref",
  word: "reference",
});
const groupLine = (name: string, colour: ColourRole, word: NonNullable<LineSource["word"]>): LineSource => ({
  ...stepLine(name, colour),
  word,
});
const stepLine = (name: string, colour: ColourRole = "policy"): LineSource => ({
  name,
  from: "step_metric",
  colour,
});

const FUNCTION_COLOURS: readonly ColourRole[] = ["policy", "s3", "s4", "s1"];

/** One line for each reward function that the settings give a weight or the log names, at most as many as colours tell apart. */
export function functionLines(run: RunInfo): LineSource[] {
  const isToken = (base: string) => run.token_metrics.some(({ name }) => name === base);
  // A function that is called "reward" is not the sum of all.
  const isWeighted = (name: string) => name !== "reward" && `reward_weight_${name}` in run.config;
  const names = run.metrics
    .map(({ name }) => name)
    .filter((name) => isWeighted(name) || (isRewardFunction(name) && splitStatistic(name, isToken) === null))
    .sort((a, b) => Number(isWeighted(b)) - Number(isWeighted(a)));
  return FUNCTION_COLOURS.flatMap((colour, i) => {
    const name = names[i];
    return name === undefined ? [] : [{ name, from: "metric" as const, colour }];
  });
}

/** The named charts of a run, lines that it has no numbers for left out. */
export function namedCharts(run: RunInfo, steps: Steps | null, klEstimator: KlEstimator): ChartSource[] {
  const has = (name: string) => run.metrics.some((metric) => metric.name === name);
  const length = has("n_tokens") ? "n_tokens" : "n_chars";
  const lines: Readonly<Record<NamedChart, readonly LineSource[]>> = {
    reward: [referenceLine("ref_reward"), policyLine("reward")],
    reward_functions: functionLines(run),
    kl: [policyLine(klEstimator)],
    length: length === "n_chars" ? [referenceLine("ref_n_chars"), policyLine(length)] : [policyLine(length)],
    mismatch: [policyLine("mismatch_absmean")],
    staleness: [policyLine("staleness")],
    groups: [
      groupLine("all_good_groups", "pos", "all_good"),
      groupLine("all_bad_groups", "neg", "all_bad"),
      groupLine("zero_advantage_groups", "policy", "equal_rewards"),
    ],
    truncation: [stepLine("truncation_share")],
    entropy: [policyLine(has("entropies_mean") ? "entropies_mean" : "surprise_mean")],
    critic: [stepLine("explained_variance")],
    reward_gap: [policyLine("reward_gap")],
    outcome: [stepLine("win", "pos"), stepLine("tie", "muted"), stepLine("loss", "neg")],
    valid_reward: [referenceLine("ref_valid_reward"), policyLine("valid_reward")],
    duplicates: [stepLine("duplicate_share")],
    repetition: [policyLine("repetition")],
  };
  return (Object.keys(NAMED) as NamedChart[]).map((id) => {
    const present = lines[id].filter((line) =>
      line.from === "metric" ? has(line.name) : hasNumbers(steps?.step_metrics[line.name]),
    );
    return chart(run, id, NAMED[id], present);
  });
}

const hasNumbers = (column: readonly (number | null)[] | undefined): boolean =>
  column?.some((value) => value !== null) ?? false;

/** Charts of single metrics by their ids, in this order; unknown names are left out. */
export function metricCharts(run: RunInfo, steps: Steps | null, ids: readonly string[]): ChartSource[] {
  return ids.flatMap((id) => {
    const cut = id.indexOf(":");
    const [kind, name] = [id.slice(0, cut), id.slice(cut + 1)];
    const ofSteps = steps !== null && Object.hasOwn(steps.step_metrics, name);
    const ofSamples = kind === "metric" && run.metrics.some((metric) => metric.name === name);
    if (!ofSamples && !(kind === "step" && ofSteps)) return [];
    // Explained variance is a metric of both: a mean of the samples' own would be none of the step.
    const from = ofSteps ? "step_metric" : "metric";
    return [chart(run, id, questionOf(name), [{ name, from, colour: "policy" }])];
  });
}

function chart(
  run: RunInfo,
  id: string,
  question: MetricQuestion,
  lines: readonly LineSource[],
): ChartSource {
  const main = lines.at(-1);
  const info = run.metrics.find((metric) => metric.name === main?.name);
  const tokenWeighted = main?.from === "metric" && isTokenMean(run, main.name);
  return { id, question, lines, unit: info?.unit ?? "", tokenWeighted };
}

/** Whether a per-step mean runs over all tokens of the step, so that long responses weigh more. */
export function isTokenMean(run: RunInfo, name: string): boolean {
  return name.endsWith("_mean") && run.token_metrics.some((metric) => `${metric.name}_mean` === name);
}
