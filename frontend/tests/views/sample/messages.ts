/** Messages of a conversation for tests. */

import type { Message } from "../../../src/api/answers";

export const say = (role: string, content: string, more: Partial<Message> = {}): Message => ({
  role,
  content,
  thinking: "",
  tool_calls: [],
  name: "",
  tool_call_id: "",
  sampled: false,
  reward: null,
  ...more,
});
