/** Every answer of the server: one decoder each, and the type that follows from it. The contract is `http_api.md`. */

import {
  array,
  boolean,
  type Decoded,
  type Decoder,
  literal,
  nonFinite,
  nullable,
  num,
  number,
  object,
  pair,
  record,
  string,
  unknown,
  withDefault,
} from "../lib/decode";

/** A measured number: null is missing; NaN and ±Infinity are what was logged. */
export type Num = number | null;

/** What a table cell or a scalar of a sample can be. */
export type Value = Num | string | boolean;

export const METRIC_KINDS = [
  "signed",
  "magnitude",
  "probability",
  "log_probability",
  "count",
  "flag",
  "value",
] as const;

const metricInfo = object({ name: string, kind: literal(...METRIC_KINDS), unit: string });
export type MetricInfo = Decoded<typeof metricInfo>;

const runInfo = object({
  run: string,
  formats: array(string),
  state: literal("indexing", "ready", "failed"),
  message: string,
  files: number,
  bytes: number,
  indexed_bytes: number,
  bytes_per_second: number,
  samples: number,
  steps: object({ count: number, first: nullable(number), last: nullable(number) }),
  splits: array(string),
  attempts: array(object({ attempt: number, first: number, last: number })),
  metrics: array(metricInfo),
  token_metrics: array(metricInfo),
  text_columns: array(string),
  problems: number,
  scalar_runs: array(string),
  config: record(unknown),
});
export type RunInfo = Decoded<typeof runInfo>;

export const runs = object({
  runs: array(runInfo),
  ignored: withDefault(array(object({ file: string, reason: string })), []),
  looked_in: withDefault(array(string), []),
  state: literal("looking", "ready"),
  message: withDefault(string, ""),
});
export type Runs = Decoded<typeof runs>;

const nums = array(num);

const summary = object({
  count: nums,
  nonfinite: nums,
  sum: nums,
  mean: nums,
  std: nums,
  min: nums,
  p01: nums,
  p05: nums,
  p25: nums,
  p50: nums,
  p75: nums,
  p95: nums,
  p99: nums,
  max: nums,
});
export type Summary = Decoded<typeof summary>;

export const steps = object({
  step: array(number),
  metrics: record(summary),
  step_metrics: record(nums),
});
export type Steps = Decoded<typeof steps>;

const value: Decoder<Value> = (raw) => {
  if (raw === null || typeof raw === "string" || typeof raw === "boolean" || typeof raw === "number")
    return raw;
  return num(raw);
};

/** Columns that hold texts whatever they say: a ground truth may well be the word "Infinity". */
const TEXTS = new Set([
  "id",
  "prompt",
  "response",
  "ref_response",
  "ground_truth",
  "match",
  "match_in",
  "token",
  "before",
  "after",
  "split",
  "finish_reason",
]);

/** The words NaN, Infinity and -Infinity become numbers in a column that holds nothing but numbers and them. */
function numbersOf(name: string, column: Value[]): Value[] {
  if (TEXTS.has(name)) return column;
  let words = false;
  for (const cell of column) {
    if (typeof cell !== "string") continue;
    if (nonFinite(cell) === undefined) return column;
    words = true;
  }
  return words ? column.map((cell) => nonFinite(cell) ?? cell) : column;
}

const columns: Decoder<Record<string, Value[]>> = (raw) => {
  const decoded = record(array(value))(raw);
  for (const [name, column] of Object.entries(decoded)) decoded[name] = numbersOf(name, column);
  return decoded;
};

export const samples = object({ total: number, columns });
export type Samples = Decoded<typeof samples>;

const scalars: Decoder<Record<string, Value>> = (raw) => {
  const decoded = record(value)(raw);
  for (const [name, one] of Object.entries(decoded)) decoded[name] = numbersOf(name, [one])[0] ?? null;
  return decoded;
};

export const sample = object({
  id: string,
  run: string,
  step: number,
  split: string,
  attempt: number,
  file: string,
  line: nullable(number),
  texts: record(object({ raw: string, shown: string })),
  scalars,
  messages: nullable(array(object({ role: string, content: string }))),
  response_tokens: array(string),
  raw_tokens: array(string),
  token_metrics: array(metricInfo),
  missing: record(array(pair(number, number))),
  mask: nullable(array(boolean)),
  trimmed: array(object({ what: string, count: number, reason: string })),
  problems: array(
    object({ file: string, line: nullable(number), offset: nullable(number), kind: string, reason: string }),
  ),
  neighbours: object({
    previous: nullable(string),
    next: nullable(string),
    group: array(string),
    prompt: array(object({ step: number, id: string })),
  }),
});
export type Sample = Decoded<typeof sample>;

const quantiles = object({ p01: num, p05: num, p25: num, p50: num, p75: num, p95: num, p99: num });
export type Quantiles = Decoded<typeof quantiles>;

export const distribution = object({
  edges: array(number),
  counts: array(number),
  against_counts: nullable(array(number)),
  density: object({ x: array(number), y: array(number), against_y: nullable(array(number)) }),
  quantiles,
  against_quantiles: nullable(quantiles),
  count: number,
  nonfinite: number,
  against_count: nullable(number),
  against_nonfinite: nullable(number),
  mean: num,
  std: num,
  against_mean: num,
  against_std: num,
});
export type Distribution = Decoded<typeof distribution>;

export const BYS = ["sample", "token", "position"] as const;
export const ENDS = ["highest", "lowest", "extreme"] as const;

export const worstTokens = object({
  metric: metricInfo,
  by: literal(...BYS),
  end: literal(...ENDS),
  samples: number,
  samples_read: number,
  complete: boolean,
  columns,
});
export type WorstTokens = Decoded<typeof worstTokens>;

export const problems = object({
  total: number,
  columns: object({
    file: array(string),
    line: array(nullable(number)),
    offset: array(nullable(number)),
    kind: array(string),
    reason: array(string),
  }),
});
export type Problems = Decoded<typeof problems>;

export const scalarTags = object({ tags: record(array(string)) });
export type ScalarTags = Decoded<typeof scalarTags>;

export const scalarSeries = record(object({ step: array(number), wall_time: array(number), value: nums }));
export type Scalars = Decoded<typeof scalarSeries>;
