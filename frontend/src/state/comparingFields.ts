/** The parameters of the address of the views that compare: members of a group, visits to a prompt, runs. */

import { GROUP_KINDS, GROUP_SORTS, PROMPT_LISTS } from "../api/prompts/listWords";
import { ofRun, oneOf, oneWord, optionalText, text, typedNumber, wholeNumber, words } from "./fieldTypes";

export const groups = {
  /** The group beside the list, by its key and its step; "" is the first of the list. */
  group: ofRun(text),
  group_step: ofRun(wholeNumber),
  /** The members of it that are compared, comma-separated: one or two. */
  group_diff: ofRun(text),
  /** Only groups of these kinds, comma-separated; "" is all. */
  kinds: ofRun(words(GROUP_KINDS)),
  groups_sort: oneWord(GROUP_SORTS),
  /** The text column that tells groups apart, and its value that the list is narrowed to; "" is none, and all. */
  groups_by: ofRun(text),
  groups_value: ofRun(text),
};

export const prompts = {
  /** The prompt whose page is open, by the key of one of its renderings. */
  prompt: ofRun(optionalText),
  /** The samples at the left and at the right of its page; "" is one of its first and of its last visit. */
  side_a: ofRun(text),
  side_b: ofRun(text),
  /** Only the prompts of this list; "" is all. */
  list: ofRun(oneWord(PROMPT_LISTS)),
  /** The reward from which on a sample is a success; "" is what fits the rewards. */
  success: ofRun(typedNumber),
  /** The text column that tells kinds of prompts apart, and the kind that is shown; "" is the server's choice, and all. */
  prompts_by: ofRun(text),
  prompt_kind: ofRun(text),
  prompts_sort: text,
  prompts_order: oneOf(["asc", "desc"], "asc"),
  /** How many prompts of the list are passed over; null is none. */
  prompts_offset: ofRun(wholeNumber),
};

export const runs = {
  /** What the table of runs is sorted by; "" is the worst first. */
  runs_sort: text,
  runs_order: oneOf(["asc", "desc"], "desc"),
  /** Run B, which the run of the page is compared with; "" is none. Its split, "" as the page's. */
  run_b: text,
  split_b: text,
  /** The steps of A and B that are compared; null at one end is open. */
  a_min: ofRun(wholeNumber),
  a_max: ofRun(wholeNumber),
  b_min: wholeNumber,
  b_max: wholeNumber,
  /** The metric that they are compared by; "" is the reward. */
  compared: text,
  /** Which prompts come first: the largest change, those where A is higher, or B. */
  changed: oneOf(["change", "a", "b"], "change"),
  /** The prompt whose responses are open beside each other. */
  pair: ofRun(text),
};
