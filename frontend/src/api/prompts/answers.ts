/** The answers of the routes of prompts. */

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
} from "../../lib/decode";
import type { Scope } from "../parameters";
import { columns, measuredNumbers } from "../values";

/** Every prompt has one of these; `never_beats_reference` is a list beside them. */
export const PROMPT_STATUSES = [
  "solved",
  "regressed",
  "never_solved",
  "always_solved",
  "mixed",
  "unscored",
] as const;
export type PromptStatus = (typeof PROMPT_STATUSES)[number];

export { PROMPT_LISTS } from "./listWords";

const status = literal(...PROMPT_STATUSES);

/** Where the threshold comes from. */
const THRESHOLD_RULES = [
  "given",
  "one_value",
  "two_valued",
  "full_marks",
  "first_step",
  "no_reward",
] as const;

const threshold = object({ value: number, rule: literal(...THRESHOLD_RULES) });

export const promptsDecoder = object({
  total: number,
  split: string,
  is_complete: boolean,
  threshold,
  by: string,
  counts: record(number),
  kinds_total: number,
  /** Prompts whose samples have several values: each counts with one of its first visit. */
  kinds_mixed: number,
  kinds: columns,
  columns,
  lines: array(object({ step: array(number), reward: measuredNumbers })),
});
export type Prompts = Decoded<typeof promptsDecoder>;

export const promptDecoder = object({
  identity: string,
  split: string,
  threshold,
  status,
  never_beats_reference: boolean,
  prompt: string,
  asked: string,
  numbers: record(measuredNumber),
  renderings_total: number,
  renderings: array(
    object({
      prompt_key: string,
      samples: number,
      first_step: number,
      last_step: number,
      prompt: string,
      id: string,
    }),
  ),
  steps: columns,
  steps_total: number,
  samples: columns,
  samples_total: number,
});
export type Prompt = Decoded<typeof promptDecoder>;

export const passAtKDecoder = object({
  split: string,
  is_complete: boolean,
  threshold,
  step: array(number),
  k: array(number),
  prompts: array(array(number)),
  pass_at_k: array(array(nullable(number))),
  avg_at_k: array(array(nullable(number))),
});
export type PassAtK = Decoded<typeof passAtKDecoder>;

export interface PromptsParameters extends Scope {
  threshold?: number | null;
  status?: string;
  by?: string;
  kind?: string;
  sort?: string;
  order?: string;
  offset?: number;
  limit?: number;
}

export interface PromptParameters extends Scope {
  prompt_key: string;
  threshold?: number | null;
}

export interface PassAtKParameters extends Scope {
  threshold?: number | null;
}
