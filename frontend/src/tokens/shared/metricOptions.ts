/** The metrics that tokens can be coloured by, in the order of the list. */

import type { TokenMetric } from "./responseTokens";

/** Metrics that are always offered, with the fields each needs where it is absent. */
const ALWAYS_OFFERED: readonly (readonly [name: string, needs: readonly string[]])[] = [
  ["token_rewards", ["token_rewards"]],
  ["log_ratio", ["logprobs", "ref_logprobs"]],
  ["k3", ["logprobs", "ref_logprobs"]],
  ["values", ["values"]],
  ["logprobs", ["logprobs"]],
  ["ref_logprobs", ["ref_logprobs"]],
  ["prob", ["logprobs"]],
  ["ref_prob", ["ref_logprobs"]],
  ["entropies", ["entropies"]],
  ["advantages", ["advantages"]],
  ["returns", ["returns"]],
  ["return_to_go", ["token_rewards"]],
  ["value_error", ["values", "token_rewards"]],
];

/** A metric in the list, present or not. */
export interface MetricOption {
  name: string;
  /** Fields the log lacks; empty where the metric is there. */
  needs: readonly string[];
}

/** The fields that a metric lacks in a sample; the metric's own name where nothing is known of it. */
export function neededBy(name: string, metrics: readonly TokenMetric[]): readonly string[] {
  const needs = metricOptions(metrics).find((option) => option.name === name)?.needs ?? [];
  return needs.length === 0 ? [name] : needs;
}

/** Every offered metric, present or not, then whatever else the sample has. */
export function metricOptions(metrics: readonly TokenMetric[]): MetricOption[] {
  const present = new Set(metrics.map((metric) => metric.name));
  const offered = ALWAYS_OFFERED.map(([name, needs]) => ({
    name,
    needs: present.has(name) ? [] : needs.filter((field) => field === name || !present.has(field)),
  }));
  const offeredNames = new Set(ALWAYS_OFFERED.map(([name]) => name));
  const further = metrics.filter((metric) => !offeredNames.has(metric.name));
  return [...offered, ...further.map((metric) => ({ name: metric.name, needs: [] }))];
}

/**
 * The metric to colour by: the preferred one where the sample has it, else the first that compares policy and
 * reference.
 */
export function chosenMetric(metrics: readonly TokenMetric[], preferred: string): TokenMetric | null {
  for (const name of [preferred, "log_ratio", ...ALWAYS_OFFERED.map(([offered]) => offered)]) {
    const metric = metrics.find((candidate) => candidate.name === name);
    if (metric !== undefined) return metric;
  }
  return metrics[0] ?? null;
}

/** The metric after (`1`) or before (`-1`) this one among those the sample has; after the last comes the first. */
export function nextMetric(metrics: readonly TokenMetric[], current: string, direction: 1 | -1): string {
  const present = new Set(metrics.map((metric) => metric.name));
  const names = metricOptions(metrics)
    .map((choice) => choice.name)
    .filter((name) => present.has(name));
  const at = names.indexOf(current);
  return names[(at + direction + names.length) % names.length] ?? current;
}
