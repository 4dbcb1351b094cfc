/** The answers of `/run_table` and `/compare`: every run by its numbers, and two of them on shared prompts. */

import {
  array,
  type Decoded,
  literal,
  measuredNumber,
  nullable,
  number,
  object,
  record,
  string,
} from "../../lib/decode";

/** A metric of a run, from its means of the steps. */
const runMetric = object({
  last: measuredNumber,
  highest: measuredNumber,
  highest_step: number,
  lowest: measuredNumber,
  area: measuredNumber,
});
export type RunMetric = Decoded<typeof runMetric>;

const runRow = object({
  run: string,
  state: literal("indexing", "ready", "failed"),
  samples: number,
  steps: number,
  last_step: nullable(number),
  problems: number,
  /** Null before it was examined. */
  findings: nullable(object({ error: number, warning: number, info: number })),
  /** When the newest of its files was written, in seconds since 1970. */
  changed_at: nullable(number),
  metrics: record(runMetric),
});
export type RunRow = Decoded<typeof runRow>;

export const runTable = object({ total: number, runs: array(runRow) });
export type RunTable = Decoded<typeof runTable>;

const side = object({
  run: string,
  split: string,
  samples: number,
  prompts: number,
  /** Prompts that the other side does not have. */
  only_here: number,
  /** Samples that have no prompt. */
  without_prompt: number,
  nonfinite: number,
  mean: measuredNumber,
});
export type ComparedSide = Decoded<typeof side>;

const estimate = object({ value: number, low: number, high: number, method: literal("bootstrap", "normal") });
export type Estimate = Decoded<typeof estimate>;

export const comparison = object({
  metric: string,
  a: side,
  b: side,
  shared: number,
  compared: number,
  wins: number,
  ties: number,
  losses: number,
  win_rate: nullable(estimate),
  mean_difference: nullable(estimate),
  confidence: number,
  resamples: number,
  seed: number,
  differences: object({ edges: array(number), counts: array(number) }),
  /** A page of the prompts; the samples of each are those nearest to its value. */
  prompts: object({
    identity: array(string),
    prompt_key: array(string),
    prompt: array(nullable(string)),
    a: array(number),
    b: array(number),
    difference: array(number),
    a_count: array(number),
    b_count: array(number),
    a_ids: array(array(string)),
    b_ids: array(array(string)),
    a_values: array(array(number)),
    b_values: array(array(number)),
    a_steps: array(array(number)),
    b_steps: array(array(number)),
  }),
});
export type Comparison = Decoded<typeof comparison>;

export const CHANGES = ["change", "a", "b"] as const;
