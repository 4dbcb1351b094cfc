/** What answers are made of: measured numbers, table cells, and how a metric is described. */

import {
  array,
  type Decoded,
  type Decoder,
  literal,
  measuredNumber,
  nonFinite,
  object,
  record,
  string,
  withDefault,
} from "../lib/decode";

/** A measured number: null is missing; NaN and ±Infinity are what was logged. */
export type MeasuredNumber = number | null;

/** What a table cell or a scalar of a sample can be. */
export type Value = MeasuredNumber | string | boolean;

/** A cell as a number; null where it is none, or missing. */
export const numberOf = (value: Value | undefined): number | null =>
  typeof value === "number" ? value : null;

export const METRIC_KINDS = [
  "signed",
  "magnitude",
  "probability",
  "log_probability",
  "count",
  "flag",
  "value",
] as const;

export const metricInfo = object({
  name: string,
  kind: literal(...METRIC_KINDS),
  unit: string,
  /** "joined" came from another file or run, "computed" from what was logged, "" is the log's own. */
  origin: withDefault(string, ""),
});
export type MetricInfo = Decoded<typeof metricInfo>;

export const measuredNumbers = array(measuredNumber);

const value: Decoder<Value> = (raw) => {
  if (raw === null || typeof raw === "string" || typeof raw === "boolean" || typeof raw === "number")
    return raw;
  return measuredNumber(raw);
};

/** Columns that hold texts whatever they say: a ground truth may well be the word "Infinity". */
const TEXT_COLUMNS = new Set([
  "id",
  "prompt",
  "prompt_key",
  "identity",
  "kind",
  "group",
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
  if (TEXT_COLUMNS.has(name)) return column;
  let hasWords = false;
  for (const cell of column) {
    if (typeof cell !== "string") continue;
    if (nonFinite(cell) === undefined) return column;
    hasWords = true;
  }
  return hasWords ? column.map((cell) => nonFinite(cell) ?? cell) : column;
}

export const columns: Decoder<Record<string, Value[]>> = (raw) => {
  const decoded = record(array(value))(raw);
  for (const [name, column] of Object.entries(decoded)) decoded[name] = numbersOf(name, column);
  return decoded;
};

export const scalars: Decoder<Record<string, Value>> = (raw) => {
  const decoded = record(value)(raw);
  for (const [name, scalar] of Object.entries(decoded)) decoded[name] = numbersOf(name, [scalar])[0] ?? null;
  return decoded;
};
