/** The tokens of one response and their numbers, as the token views read them. */

import type { MetricKind } from "../../lib/colourScale";

/** A metric that the tokens have numbers of. */
export interface TokenMetric {
  name: string;
  kind: MetricKind;
  unit: string;
}

/** Half-open stretch of token positions. */
export type Interval = readonly [from: number, to: number];

/**
 * A character may be split over several tokens; it stands whole in the first of them and the others are empty.
 * A unit is what can be pointed at: a token together with the empty ones that continue it.
 */
export interface Units {
  count: number;
  /** First token of each unit, and the number of tokens after the last one. */
  start: Int32Array;
  /** Unit of each token. */
  of: Int32Array;
}

/** The tokens before the response. */
export interface PromptTokens {
  shown: readonly string[];
  /** One for each of them, NaN where there is none; null where none is logged. */
  logprobs: Float32Array | null;
}

/** A response token by token. */
export interface TokenData {
  /** Text for reading; `""` where a token continues the character of the one before. */
  shown: readonly string[];
  /** Strings as logged. */
  raw: readonly string[];
  units: Units;
  metrics: readonly TokenMetric[];
  /** One row per metric, one number per token. */
  rows: ReadonlyMap<string, Float32Array>;
  missing: Readonly<Record<string, readonly Interval[]>>;
  /** True where the token counts; null where everything does. */
  mask: readonly boolean[] | null;
  /** White space of the response in front of each token, where tokens were logged without it; null where they have it. */
  spaces: readonly string[] | null;
  /** Null where the log has no tokens of the prompt. */
  prompt: PromptTokens | null;
}

/** A number, or why there is none. NaN and infinities are numbers that were logged. */
export type TokenValue = number | "missing";

/** Groups the tokens into units. */
export function unitsOf(shown: readonly string[]): Units {
  const of = new Int32Array(shown.length);
  const start: number[] = [];
  shown.forEach((text, i) => {
    if (i === 0 || text !== "") start.push(i);
    of[i] = start.length - 1;
  });
  return { count: start.length, start: Int32Array.from([...start, shown.length]), of };
}

/** First token of the unit that holds token `i`, and the one after its last. */
export function unitSpan(units: Units, i: number): Interval {
  const unit = units.of[i] ?? 0;
  return [units.start[unit] ?? 0, units.start[unit + 1] ?? 0];
}

/** Whether the log has no number of this metric for token `i`. */
export function isMissing(data: TokenData, metric: string, i: number): boolean {
  return (data.missing[metric] ?? []).some(([from, to]) => from <= i && i < to);
}

/** False for padding, tool output and prompt echoes: tokens that no statistic counts. */
export function isCounted(data: TokenData, i: number): boolean {
  return data.mask?.[i] ?? true;
}

/** The number of token `i`, or that there is none. */
export function valueAt(data: TokenData, metric: string, i: number): TokenValue {
  const value = data.rows.get(metric)?.[i];
  return value === undefined || isMissing(data, metric, i) ? "missing" : value;
}

/** A metric's numbers without those of masked tokens; what is missing is NaN in there already. */
export function countedValues(data: TokenData, metric: string): Float32Array {
  const row = data.rows.get(metric) ?? new Float32Array(0);
  if (data.mask === null) return row;
  const values = new Float32Array(row.length);
  let count = 0;
  for (let i = 0; i < row.length; i++) if (isCounted(data, i)) values[count++] = row[i] ?? Number.NaN;
  return values.subarray(0, count);
}

/** The number that all tokens have, where they have the same; null where they differ, or one has none that is finite. */
export function onlyValue(data: TokenData, metric: string): number | null {
  const values = countedValues(data, metric);
  const first = values[0];
  return first !== undefined && Number.isFinite(first) && values.every((value) => value === first)
    ? first
    : null;
}
