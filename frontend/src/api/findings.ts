/** The answer of `/findings`: what looks wrong in a run, worst first, with the samples and tokens that show it. */

import {
  array,
  boolean,
  type Decoded,
  literal,
  measuredNumber,
  nullable,
  number,
  object,
  pair,
  string,
} from "../lib/decode";

export const SEVERITIES = ["error", "warning", "info"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** The first and the last step that show it. */
const steps = pair(number, number);
const severity = literal(...SEVERITIES);

/** How a list shows it: order, filter and steps; and which token metric colours the tokens, "" where none does. */
const evidence = object({
  sort: string,
  order: literal("asc", "desc"),
  where: string,
  step_min: number,
  step_max: number,
  token_metric: string,
});

const symptom = object({
  kind: string,
  severity,
  title: string,
  summary: string,
  steps,
  metric: string,
  evidence,
});
export type Symptom = Decoded<typeof symptom>;

const finding = object({
  kind: string,
  severity,
  title: string,
  /** What was seen, with its numbers. */
  summary: string,
  /** What it means and usually comes from. */
  meaning: string,
  /** What to look at next. */
  next: string,
  steps,
  /** The step since which it is so. */
  onset: number,
  /** Whether the newest step shows it. */
  is_open: boolean,
  /** The sample or step metric that shows it. */
  metric: string,
  value: measuredNumber,
  threshold: measuredNumber,
  threshold_name: string,
  unit: string,
  /** Where the threshold comes from. */
  source: string,
  evidence,
  /** Ids of samples that show it, strongest first. */
  samples: array(string),
  /** The step of each of them. */
  sample_steps: array(number),
  /** Of the metric that orders them, for each. */
  sample_values: array(measuredNumber),
  tokens: array(object({ id: string, position: number, value: nullable(measuredNumber) })),
  symptoms: array(symptom),
});
export type Finding = Decoded<typeof finding>;

const threshold = object({
  name: string,
  kind: string,
  /** As it counts for this answer. */
  value: number,
  /** Unless somebody sets it. */
  default: number,
  unit: string,
  meaning: string,
  source: string,
});
export type Threshold = Decoded<typeof threshold>;

export const findings = object({
  /** While the run is being read the answer is of what there is so far. */
  state: literal("ready", "computing"),
  n_steps: number,
  n_samples: number,
  findings: array(finding),
  /** The kinds that were looked for. */
  checked: array(string),
  not_checked: array(object({ kind: string, title: string, needs: string })),
  /** What was found before and is no longer there. */
  past: array(object({ kind: string, severity, title: string, steps, not_since: number })),
  /** What does not count of the thresholds that an `rlboard.toml` sets. */
  problems: array(string),
  thresholds: array(threshold),
});
export type Findings = Decoded<typeof findings>;
