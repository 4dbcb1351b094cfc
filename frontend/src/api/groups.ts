/** The answers of the routes of the groups. */

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
import type { Scope } from "./parameters";
import type { GROUP_KINDS, GROUP_SORTS } from "./prompts/listWords";
import { columns, measuredNumbers, scalars } from "./values";

export { GROUP_KINDS, GROUP_SORTS } from "./prompts/listWords";

/** Every group is of one kind; all but the first give no gradient. */
export type GroupKind = (typeof GROUP_KINDS)[number];

export type GroupSort = (typeof GROUP_SORTS)[number];

const LENGTH_UNITS = ["tokens", "characters"] as const;

export const groupsDecoder = object({
  total: number,
  ungrouped: number,
  kinds: record(number),
  unit: literal(...LENGTH_UNITS),
  by: string,
  values_total: number,
  /** Groups whose members have several values: each counts with that of its first. */
  values_mixed: number,
  values: columns,
  /** Of the first of the values, along the steps; of no single step. */
  lines: array(object({ step: array(number), kinds: record(measuredNumbers), share: measuredNumbers })),
  columns,
  members: columns,
});
export type Groups = Decoded<typeof groupsDecoder>;

const phrase = object({ text: string, words: number, good: number, bad: number });
export type GroupPhrase = Decoded<typeof phrase>;

export const groupDecoder = object({
  facts: scalars,
  prompt: string,
  ground_truth: nullable(string),
  unit: literal(...LENGTH_UNITS),
  aligned_by: literal("token", "word"),
  common_prefix: number,
  /** Of words; null where tokens are aligned. */
  common_prefix_characters: nullable(number),
  good: number,
  bad: number,
  good_length: measuredNumber,
  bad_length: measuredNumber,
  good_have: array(phrase),
  bad_have: array(phrase),
  whole_texts: boolean,
  members: columns,
});
export type Group = Decoded<typeof groupDecoder>;

export interface GroupsParameters extends Scope {
  kinds?: readonly string[];
  by?: string;
  value?: string;
  sort?: string;
  order?: string;
  offset?: number;
  limit?: number;
}

export interface GroupParameters extends Scope {
  step: number;
  group: string;
  limit?: number;
}
