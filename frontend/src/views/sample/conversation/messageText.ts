/** Messages as plain text, for the clipboard. */

import type { Message } from "../../../api/answers";

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
  const texts = messages.map((message) => {
    const { role, name } = message;
    return `${name === "" ? role : `${role} (${name})`}: ${messageText(message)}`;
  });
  return texts.join("\n\n");
}
