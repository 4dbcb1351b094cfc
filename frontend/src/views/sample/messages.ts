/** Reading a conversation: whether it holds the response, what it is as one text, and how its parts are shown. */

import type { Message, Sample } from "../../api/answers";
import { isOneOf, setting } from "../../state/settings";

export const MODES = ["conversation", "text"] as const;
export type Mode = (typeof MODES)[number];

/** How a sample that has messages is read. "" was never chosen: whatever shows more of it. */
export const wishedMode = setting<Mode | "">("sample.mode", "", isOneOf("", ...MODES));

/** Whether there is a conversation to show. */
export function hasMessages(sample: Sample): boolean {
  return sample.messages !== null && sample.messages.length > 0;
}

/**
 * How the sample is shown.
 *
 * @param metrics How many numbers each of its tokens has: with any, the coloured text says more than the conversation.
 *   Null where the log has no tokens.
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
  return (metrics ?? 0) > 0 ? "text" : "conversation";
}

/** Whether the messages go on into the response; else they are the prompt alone, and the response follows. */
export function holdsResponse(sample: Sample): boolean {
  const messages = sample.messages ?? [];
  if (messages.some(({ sampled }) => sampled)) return true;
  const last = messages.at(-1);
  if (last?.role !== "assistant") return false;
  const response = sample.texts["response"];
  const said = last.content.trim();
  return response === undefined || response.raw.trim() === "" || (said !== "" && response.raw.includes(said));
}

/** Whether the response stands apart from the messages, as text or as tokens. */
export function showsResponse(sample: Sample, mode: Mode): boolean {
  return mode === "text" || !holdsResponse(sample);
}

/** A message as plain text, under its role. */
export function messageText({ role, name, thinking, content, tool_calls }: Message): string {
  const parts = [
    thinking === "" ? "" : `<thinking>\n${thinking}\n</thinking>`,
    content,
    ...tool_calls.map((call) => `${call.name}(${call.arguments})`),
  ];
  const said = parts.filter((part) => part !== "").join("\n");
  return `${role}${name === "" ? "" : ` (${name})`}:\n${said}`;
}

/** The conversation as plain text, message after message. */
export function conversationText(messages: readonly Message[]): string {
  return messages.map(messageText).join("\n\n");
}
