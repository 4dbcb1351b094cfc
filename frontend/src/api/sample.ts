/** The answer of `/sample`: one sample whole, with its conversation where the log has one. */

import {
  array,
  boolean,
  type Decoded,
  type Decoder,
  measuredNumber,
  nullable,
  number,
  object,
  pair,
  record,
  string,
  withDefault,
} from "../lib/decode";
import { metricInfo, scalars } from "./values";

/** For a key that a message may leave out or have as null: most messages have none of them. */
function defaultForNull<T>(inner: Decoder<T>, fallback: T): Decoder<T> {
  return (raw) => (raw === undefined || raw === null ? fallback : inner(raw));
}

const message = object({
  role: string,
  content: defaultForNull(string, ""),
  thinking: defaultForNull(string, ""),
  tool_calls: defaultForNull(
    array(object({ name: defaultForNull(string, ""), arguments: defaultForNull(string, "") })),
    [],
  ),
  /** Of the tool that answers, or of who speaks. */
  name: defaultForNull(string, ""),
  /** The call that a tool's message answers. */
  tool_call_id: defaultForNull(string, ""),
  /** Written by the policy, so that the training learns from it. */
  sampled: defaultForNull(boolean, false),
  /** Of this turn alone, where the log has one. */
  reward: withDefault(measuredNumber, null),
});
export type Message = Decoded<typeof message>;

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
  messages: nullable(array(message)),
  response_tokens: array(string),
  raw_tokens: array(string),
  token_metrics: array(metricInfo),
  /** What `value_error` compares with: returns (logged), gae (recomputed), or null. */
  /** Names its prompt in `/prompt`; null where it has none. */
  prompt_key: withDefault(nullable(string), null),
  value_target: withDefault(nullable(string), null),
  /** Discount and trace decay that the derived metrics were computed with. */
  gamma: withDefault(number, 1),
  lam: withDefault(number, 1),
  /** The key of its group; null where it is in none. */
  group: withDefault(nullable(string), null),
  /** Tokens of the prompt as text, and a log-probability for each; both empty where they are not logged. */
  prompt_tokens: withDefault(array(string), []),
  prompt_logprobs: withDefault(array(measuredNumber), []),
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
    /** One for each of `group`. */
    group_rewards: array(measuredNumber),
    prompt: array(object({ step: number, id: string, reward: measuredNumber })),
  }),
});
export type Sample = Decoded<typeof sample>;
