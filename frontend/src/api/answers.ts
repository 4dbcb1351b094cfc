/** Every answer of the server: one decoder each, and the type that follows from it. The contract is `http_api.md`. */

import {
  array,
  boolean,
  type Decoded,
  literal,
  measuredNumber,
  nullable,
  number,
  object,
  record,
  string,
} from "../lib/decode";
import { columns, measuredNumbers, metricInfo } from "./values";

export * from "./runs";
export * from "./sample";
export { METRIC_KINDS, type MeasuredNumber, type MetricInfo, numberOf, type Value } from "./values";

const summary = object({
  count: measuredNumbers,
  nonfinite: measuredNumbers,
  sum: measuredNumbers,
  mean: measuredNumbers,
  std: measuredNumbers,
  min: measuredNumbers,
  p01: measuredNumbers,
  p05: measuredNumbers,
  p25: measuredNumbers,
  p50: measuredNumbers,
  p75: measuredNumbers,
  p95: measuredNumbers,
  p99: measuredNumbers,
  max: measuredNumbers,
});
export type Summary = Decoded<typeof summary>;

export const steps = object({
  step: array(number),
  metrics: record(summary),
  step_metrics: record(measuredNumbers),
});
export type Steps = Decoded<typeof steps>;

export const samples = object({ total: number, columns });
export type Samples = Decoded<typeof samples>;

const quantiles = object({
  p01: measuredNumber,
  p05: measuredNumber,
  p25: measuredNumber,
  p50: measuredNumber,
  p75: measuredNumber,
  p95: measuredNumber,
  p99: measuredNumber,
});

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
  mean: measuredNumber,
  std: measuredNumber,
  against_mean: measuredNumber,
  against_std: measuredNumber,
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
  kinds: array(object({ kind: string, count: number, unlisted: number })),
  columns: object({
    file: array(string),
    line: array(nullable(number)),
    offset: array(nullable(number)),
    kind: array(string),
    reason: array(string),
    /** Of the sample of the line; null where the line gave none. */
    step: array(nullable(number)),
    id: array(nullable(string)),
  }),
});
export type Problems = Decoded<typeof problems>;

export const scalarTags = object({ tags: record(array(string)) });
export type ScalarTags = Decoded<typeof scalarTags>;

export const scalarSeries = record(
  object({ step: array(number), wall_time: array(number), value: measuredNumbers }),
);
export type Scalars = Decoded<typeof scalarSeries>;
