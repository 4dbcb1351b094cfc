/** Words by which lists of groups and prompts are narrowed and ordered: answers and addresses have them alike. */

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

export const GROUP_SORTS = ["weight", "reward_mean", "reward_std", "n_tokens", "distinct", "logged"] as const;

/** What a list of prompts can be narrowed to. */
export const PROMPT_LISTS = [
  "solved",
  "regressed",
  "never_solved",
  "never_beats_reference",
  "always_solved",
  "mixed",
  "unscored",
] as const;
