/** Whether a sample is read as a conversation or as text, and whether its messages hold the response. */

import type { Sample } from "../../../api/answers";
import { isOneOf, storedSignal } from "../../../lib/storage";
import { select } from "../../../state/selection";
import { looksUndecoded } from "../texts/undecoded";

/** The ways to read a sample that has messages. */
export const READING_MODES = ["conversation", "text"] as const;
export type ReadingMode = (typeof READING_MODES)[number];

/** How a sample that has messages is read. "" was never chosen: whatever shows more of it. */
export const chosenMode = storedSignal<ReadingMode | "">("sample.mode", "", isOneOf("", ...READING_MODES));

/** Switches to the conversation or the text, and remembers it. */
export function setReadingMode(mode: ReadingMode): void {
  chosenMode.value = mode;
  // A chosen token is a place in the text.
  if (mode === "conversation") select({ token: null });
}

/** Whether there is a conversation to show. */
export function hasMessages(sample: Sample): boolean {
  return sample.messages !== null && sample.messages.length > 0;
}

/**
 * How the sample is shown.
 *
 * @param metrics How many numbers each of its tokens has: with any, the coloured text says more than the conversation,
 *   if the tokens are text. Null where the log has no tokens.
 * @param token The chosen token; only the text has tokens.
 */
export function readingMode(
  sample: Sample,
  chosen: ReadingMode | "",
  metrics: number | null,
  token: number | null,
): ReadingMode {
  if (!hasMessages(sample) || (metrics !== null && token !== null)) return "text";
  if (chosen !== "") return chosen;
  return (metrics ?? 0) > 0 && !looksUndecoded(sample.response_tokens) ? "text" : "conversation";
}

/** Who writes responses, in the words of different logs. */
const POLICY_ROLES = new Set(["assistant", "model", "gpt", "ai", "bot"]);

/** Whether the messages go on into the response; else they are the prompt alone, and the response follows. */
export function holdsResponse(sample: Sample): boolean {
  const messages = sample.messages ?? [];
  if (messages.some(({ sampled }) => sampled)) return true;
  const written = messages.filter(({ role }) => POLICY_ROLES.has(role.toLowerCase()));
  const response = sample.texts["response"]?.raw ?? "";
  if (response.trim() === "") return written.length > 0;
  return written.some(({ content }) => content.trim() !== "" && response.includes(content.trim()));
}

/** Whether the response stands apart from the messages, as text or as tokens. */
export function showsResponse(sample: Sample, mode: ReadingMode): boolean {
  return mode === "text" || !holdsResponse(sample);
}
