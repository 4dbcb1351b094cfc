/** Reading a conversation: whether it holds the response, what it is as one text, and how its parts are shown. */

import type { Message, Sample } from "../../../api/answers";
import { isOneOf, setting } from "../../../lib/storage";

export const MODES = ["conversation", "text"] as const;
export type Mode = (typeof MODES)[number];

/** How a sample that has messages is read. "" was never chosen: whatever shows more of it. */
export const wishedMode = setting<Mode | "">("sample.mode", "", isOneOf("", ...MODES));

/** Whether there is a conversation to show. */
export function hasMessages(sample: Sample): boolean {
  return sample.messages !== null && sample.messages.length > 0;
}

/** Whether most tokens are ids that nobody could turn into text: `#151643`. */
export function looksUndecoded(tokens: readonly string[]): boolean {
  const said = tokens.filter((token) => token !== "");
  return said.filter((token) => /^#\d+$/.test(token)).length * 2 > said.length;
}

/**
 * How the sample is shown.
 *
 * @param metrics How many numbers each of its tokens has: with any, the coloured text says more than the conversation,
 *   if the tokens are text. Null where the log has no tokens.
 * @param token The chosen token; only the text has tokens.
 */
export function modeOf(
  sample: Sample,
  wished: Mode | "",
  metrics: number | null,
  token: number | null,
): Mode {
  if (!hasMessages(sample) || (metrics !== null && token !== null)) return "text";
  if (wished !== "") return wished;
  return (metrics ?? 0) > 0 && !looksUndecoded(sample.response_tokens) ? "text" : "conversation";
}

/** Who writes responses, in the words of different logs. */
const WRITERS = new Set(["assistant", "model", "gpt", "ai", "bot"]);

/** Whether the messages go on into the response; else they are the prompt alone, and the response follows. */
export function holdsResponse(sample: Sample): boolean {
  const messages = sample.messages ?? [];
  if (messages.some(({ sampled }) => sampled)) return true;
  const written = messages.filter(({ role }) => WRITERS.has(role.toLowerCase()));
  const response = sample.texts["response"]?.raw ?? "";
  if (response.trim() === "") return written.length > 0;
  return written.some(({ content }) => content.trim() !== "" && response.includes(content.trim()));
}

/** Whether the response stands apart from the messages, as text or as tokens. */
export function showsResponse(sample: Sample, mode: Mode): boolean {
  return mode === "text" || !holdsResponse(sample);
}

/** What a message says, as plain text: thinking and calls included. */
export function messageText({ thinking, content, tool_calls }: Message): string {
  const parts = [
    thinking === "" ? "" : `<think>\n${thinking}\n</think>`,
    content,
    ...tool_calls.map((call) => `tool call: ${call.name}(${call.arguments})`),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** The conversation as plain text, each message after its role: as the prompt's and the response's texts are made. */
export function conversationText(messages: readonly Message[]): string {
  const said = messages.map((message) => {
    const { role, name } = message;
    return `${name === "" ? role : `${role} (${name})`}: ${messageText(message)}`;
  });
  return said.join("\n\n");
}
