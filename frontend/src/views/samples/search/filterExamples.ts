/** Filters that make sense for a run, from what it has. */

import type { RunInfo } from "../../../api/answers";
import { language } from "../../../i18n";

const MOST = 6;
const NAMES = 24;

/** Each with the metrics it needs. */
const KNOWN: readonly (readonly [string, readonly string[]])[] = [
  ["reward > 0.5 AND n_tokens < 200", ["reward", "n_tokens"]],
  ["reward < 0", ["reward"]],
  ["reward > ref_reward", ["reward", "ref_reward"]],
  ["abs(advantage) > 2", ["advantage"]],
  ["k3_mean > 0.1 OR nonfinite > 0", ["k3_mean", "nonfinite"]],
  ["truncated = 1", ["truncated"]],
  ["repetition > 0.8", ["repetition"]],
];

const WORD = { en: "because", zh: "因此" } as const;

export function examplesOf(run: RunInfo | null): string[] {
  const known = new Set(run?.metrics.map(({ name }) => name));
  const fitting = KNOWN.filter(([, needs]) => needs.every((name) => known.has(name))).map(([words]) => words);
  const texts = [`response ILIKE '%${WORD[language.value]}%'`];
  if (run?.text_columns.includes("ground_truth")) texts.push("NOT contains(response, ground_truth)");
  return [...fitting.slice(0, MOST - texts.length), ...texts];
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_.]*$/;

/** Names that a filter may use, as they have to be written; the many statistics of tokens come last. */
export function namesOf(run: RunInfo | null): string[] {
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
    .slice(0, NAMES)
    .map((name) => (PLAIN.test(name) ? name : `"${name.replaceAll('"', '""')}"`));
  return all.length > NAMES ? [...shown, "…"] : shown;
}
