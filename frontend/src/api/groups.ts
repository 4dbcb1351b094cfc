/** The answers of the routes of the groups. */

import { type Decoded, literal, number, object, record } from "../lib/decode";
import type { Scope } from "./parameters";
import { columns } from "./values";

/** Every group is of one kind; all but the first give no gradient. */
export const GROUP_KINDS = [
  "gradient",
  "filtered",
  "all_truncated",
  "all_right",
  "all_wrong",
  "all_equal",
  "one_member",
  "unrewarded",
] as const;
export type GroupKind = (typeof GROUP_KINDS)[number];

export const GROUP_SORTS = ["weight", "reward_mean", "reward_std", "n_tokens", "distinct", "logged"] as const;
export type GroupSort = (typeof GROUP_SORTS)[number];

export const LENGTH_UNITS = ["tokens", "characters"] as const;

export const groupsDecoder = object({
  total: number,
  ungrouped: number,
  kinds: record(number),
  unit: literal(...LENGTH_UNITS),
  columns,
  members: columns,
});
export type Groups = Decoded<typeof groupsDecoder>;

export interface GroupsParameters extends Scope {
  kinds?: readonly string[];
  sort?: string;
  order?: string;
  offset?: number;
  limit?: number;
}
