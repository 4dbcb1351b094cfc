/** The metric whose curve was clicked: it goes along to the samples and tokens, until it is taken off. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { RunInfo } from "../api/answers";
import { run } from "../data/runs";
import { select, selected } from "../state/selection";
import { splitStatistic } from "./statistics";

export interface Followed {
  /** The sample metric, which the list is sorted by. */
  readonly name: string;
  /** A spike leads to the largest values, a dip to the smallest. */
  readonly order: "asc" | "desc";
  /** The token metric that it is made of, which colours the tokens and ranks them; null where there is none. */
  readonly tokenMetric: string | null;
  /** Which of its tokens weigh most. */
  readonly end: "highest" | "lowest" | "extreme";
  /** Whether a single token makes the sample's number: no token makes a size small. */
  readonly byToken: boolean;
}

/** Token metrics of numbers whose name does not say what they are made of. */
const TOKEN_METRICS: Readonly<Record<string, string>> = {
  advantage: "advantages",
  value_mse: "value_error",
  explained_variance: "value_error",
  perplexity: "surprise",
};

/** What samples tell of a number that only a whole step has: their metric, and the end that makes the number. */
const SAMPLE_METRICS: Readonly<Record<string, readonly [name: string, order: "asc" | "desc"]>> = {
  truncation_share: ["truncated", "desc"],
  win: ["reward_gap", "desc"],
  loss: ["reward_gap", "asc"],
  zero_advantage_groups: ["group_std", "asc"],
  all_good_groups: ["group_mean", "desc"],
  all_bad_groups: ["group_mean", "asc"],
  explained_variance: ["value_mse", "desc"],
  token_mult_prob_error: ["mismatch_absmean", "desc"],
  chi2_token: ["mismatch_absmean", "desc"],
  chi2_seq: ["mismatch_absmean", "desc"],
  ess_fraction_token: ["mismatch_absmean", "desc"],
  ess_fraction_seq: ["mismatch_absmean", "desc"],
  prob_pearson: ["mismatch_absmean", "desc"],
};

/** The sample metric behind a number of the steps, where the run has it. */
export function sampleMetricOf(info: RunInfo, name: string): { name: string; order: "asc" | "desc" } | null {
  const told = Object.hasOwn(SAMPLE_METRICS, name) ? SAMPLE_METRICS[name] : undefined;
  if (told === undefined || !info.metrics.some((metric) => metric.name === told[0])) return null;
  return { name: told[0], order: told[1] };
}

/** The token metric that a sample metric is made of, where the run has it: `k3` for `k3_mean`. */
export function tokenMetricOf(info: RunInfo, name: string): string | null {
  const isTokenMetric = (metric: string): boolean =>
    info.token_metrics.some((other) => other.name === metric);
  const parts = splitStatistic(name, isTokenMetric);
  if (parts !== null) return parts.metric;
  const known = Object.hasOwn(TOKEN_METRICS, name) ? TOKEN_METRICS[name] : undefined;
  return known !== undefined && isTokenMetric(known) ? known : null;
}

/** Null where no curve was clicked, or the run does not have its metric. */
export const followed: ReadonlySignal<Followed | null> = computed(() => {
  const [name, order] = [selected.about.value, selected.about_order.value];
  const info = run.value;
  if (info === null || !info.metrics.some((metric) => metric.name === name)) return null;
  const tokenMetric = tokenMetricOf(info, name);
  const end = endOf(name, order, tokenMetric);
  const byToken = tokenMetric !== null && (order === "desc" || !isSizeOf(name, tokenMetric));
  return { name, order, tokenMetric, end, byToken };
});

/** Whether a metric of samples is the size of its tokens' numbers, which may come from either side of 0. */
const isSizeOf = (name: string, tokenMetric: string | null): boolean =>
  name === `${tokenMetric}_absmean` || name === "value_mse";

function endOf(name: string, order: "asc" | "desc", tokenMetric: string | null): Followed["end"] {
  if (isSizeOf(name, tokenMetric) && order === "desc") return "extreme";
  return order === "desc" ? "highest" : "lowest";
}

type Values = readonly (number | null | undefined)[];

const isNumber = (value: number | null | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value);

/** Fewer earlier values than this give no level to compare with. */
const MIN_VALUES = 4;

/**
 * Whether the value at a place is low, so that the smallest values are what is looked for: below the middle of the
 * first half of what came before it. A level that was left is still known there when the new one has lasted, so that a
 * step of a long rise is high. Near the beginning of the curve: below the middle of all of it.
 */
function isDip(values: Values, at: number): boolean {
  const before = values.slice(0, Math.ceil(Math.max(at, 0) / 2)).filter(isNumber);
  const known = before.length < MIN_VALUES ? values.filter(isNumber) : before;
  const value = values[at];
  const middle = known.sort((a, b) => a - b)[known.length >> 1];
  return typeof value === "number" && middle !== undefined && value < middle;
}

/** Metrics of which only large values are a problem: their samples are listed from the largest on. */
const LARGEST_FIRST =
  /^(nonfinite|problems|staleness|repetition|truncated|value_mse|mismatch_absmean|(k2|k3|mismatch_k3)_(mean|sum|max))$/;

/**
 * Which samples are looked for at a point of a metric's curve.
 *
 * @param least The smallest value of a sample at this step. Sampler and trainer never agree to the last digit: a
 *   mismatch of exactly 0 is one array logged twice, and that is looked for first.
 */
export function orderAt(
  name: string,
  values: Values,
  at: number,
  least: number | null | undefined = null,
): "asc" | "desc" {
  if (name === "mismatch_absmean" && least === 0) return "asc";
  return !LARGEST_FIRST.test(name) && isDip(values, at) ? "asc" : "desc";
}

/** Lets lists, colours and worst tokens go by this metric; orders and colours that were chosen before make way. */
export function followMetric(name: string, order: "asc" | "desc"): void {
  select({
    about: name,
    about_order: order,
    sort: "",
    order: "desc",
    preset: "",
    seed: null,
    metric: "",
    end: "",
  });
}

/** Back to what every view shows by itself. */
export function unfollow(): void {
  select({ about: "", about_order: "desc" });
}
