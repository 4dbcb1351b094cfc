/** The answer of `/runs`: what there is, and where every setting, column and number of a run came from. */

import {
  array,
  boolean,
  type Decoded,
  type Decoder,
  literal,
  measuredNumber,
  nullable,
  number,
  object,
  record,
  string,
  unknown,
  withDefault,
} from "../lib/decode";
import { metricInfo } from "./values";

/** Reference answers or scores of another file or run, matched to the samples by key. */
const join = object({
  what: string,
  source: string,
  matched: number,
  unmatched: number,
  columns: withDefault(array(string), []),
});

/** What a user should know before believing the curves; the words of its kind are filled with `values`. */
const notice = object({ kind: string, text: string, values: withDefault(record(string), {}) });

/** Our words and the keys of the rows they stand for; a key that is no plain name is shown as JSON. */
const mapping: Decoder<Record<string, string>> = record((key) =>
  typeof key === "string" ? key : JSON.stringify(key ?? null),
);

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
  /** Which file or writer each setting came from. */
  config_sources: withDefault(record(string), {}),
  /** Null where the format itself says what the columns mean. */
  mapping: withDefault(nullable(mapping), null),
  /** The `rlboard.toml` that says the same; "" where there is no mapping. */
  mapping_toml: withDefault(string, ""),
  mapping_guessed: withDefault(boolean, false),
  /** Our words and where each comes from, as it is shown: a key, a path, `file name`, `folder name`, `rlboard.toml`. */
  mapping_sources: withDefault(record(string), {}),
  /** Our words and the keys that might hold them as well. */
  mapping_alternatives: withDefault(record(array(string)), {}),
  /** One sentence where another reading of the rows is about as good; "" where they are clear. */
  mapping_doubt: withDefault(string, ""),
  /** What a row is: sample, members, lists, numbered, turns. */
  mapping_shape: withDefault(string, "sample"),
  /** How `scalar_runs` were found: same, declared, settings, nearest, none. */
  scalar_pairing: withDefault(string, ""),
  /** Every run of TensorBoard that has scalars. */
  scalar_choices: withDefault(array(string), []),
  joined: withDefault(array(join), []),
  /** What the run's `rlboard.toml` says of its texts. */
  text_rules: withDefault(object({ pad: array(string), system_end: string }), { pad: [], system_end: "" }),
  notices: withDefault(array(notice), []),
  /** Our words under which something was logged that can nowhere be used, and why, with the remedy. */
  unusable: withDefault(record(string), {}),
  /** Another run that holds the same samples and more of them, else "". */
  same_as: withDefault(string, ""),
  /** When the newest of its files was written, in seconds since 1970. */
  changed_at: withDefault(nullable(number), null),
  /** How many findings of each severity it has; null before it was examined. */
  findings: withDefault(nullable(object({ error: number, warning: number, info: number })), null),
  /** Mean reward at the newest step that has one. */
  last_reward: withDefault(measuredNumber, null),
});
export type RunInfo = Decoded<typeof runInfo>;

export const runs = object({
  runs: array(runInfo),
  ignored: withDefault(array(object({ file: string, reason: string })), []),
  looked_in: withDefault(array(string), []),
  state: literal("looking", "ready"),
  message: withDefault(string, ""),
  /** What does not count of settings that are no run's. */
  settings_problems: withDefault(array(string), []),
});
export type Runs = Decoded<typeof runs>;
