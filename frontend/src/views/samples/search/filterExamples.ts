/** Filters that make sense for a run, from what it has. */

import type { RunInfo } from "../../../api/answers";
import { language } from "../../../i18n";

const MAX_EXAMPLES = 6;
const MAX_NAMES = 24;

/** Each with the metrics it needs. */
const EXAMPLES: readonly (readonly [string, readonly string[]])[] = [
  ["reward > 0.5 AND n_tokens < 200", ["reward", "n_tokens"]],
  ["reward < 0", ["reward"]],
  ["reward > ref_reward", ["reward", "ref_reward"]],
  ["abs(advantage) > 2", ["advantage"]],
  ["k3_mean > 0.1 OR nonfinite > 0", ["k3_mean", "nonfinite"]],
  ["truncated = 1", ["truncated"]],
  ["repetition > 0.8", ["repetition"]],
];

const FREQUENT_WORD = { en: "because", zh: "因此" } as const;

export function filterExamples(run: RunInfo | null): string[] {
  const runMetrics = new Set(run?.metrics.map(({ name }) => name));
  const fitting = EXAMPLES.filter(([, needs]) => needs.every((name) => runMetrics.has(name))).map(
    ([words]) => words,
  );
  const texts = [`response ILIKE '%${FREQUENT_WORD[language.value]}%'`];
  if (run?.text_columns.includes("ground_truth")) texts.push("NOT contains(response, ground_truth)");
  return [...fitting.slice(0, MAX_EXAMPLES - texts.length), ...texts];
}

const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;

/** Names that a filter may use, as they have to be written; the many statistics of tokens come last. */
export function filterNames(run: RunInfo | null): string[] {
  const own = run?.metrics.map(({ name }) => name) ?? [];
  const tokens = run?.token_metrics.map(({ name }) => `${name}_`) ?? [];
  const statistic = (name: string): boolean => tokens.some((start) => name.startsWith(start));
  const all = [
    ...own.filter((name) => !statistic(name)),
    ...(run?.text_columns ?? []),
    "step",
    ...own.filter(statistic),
  ];
  const shown = all
    .slice(0, MAX_NAMES)
    .map((name) => (PLAIN_NAME.test(name) ? name : `"${name.replaceAll('"', '""')}"`));
  return all.length > MAX_NAMES ? [...shown, "…"] : shown;
}
