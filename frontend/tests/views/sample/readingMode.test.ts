/** Whether a sample is read as a conversation or as a text, told by its messages and tokens. */

import { describe, expect, it } from "vitest";
import type { Message } from "../../../src/api/answers";
import { holdsResponse, readingMode } from "../../../src/views/sample/conversation/readingMode";
import { looksUndecoded } from "../../../src/views/sample/texts/undecoded";
import { sampleOf } from "../../fixtures";
import { say } from "./messages";

const TALK: Message[] = [say("user", "?"), say("assistant", "It is 42.", { sampled: true })];

describe("the mode", () => {
  it("the response is in it where it was sampled, or where the last word is the response's", () => {
    const with_ = (list: Message[], response = "It is 42.") =>
      holdsResponse(
        sampleOf("x", { messages: list, texts: { response: { raw: response, shown: response } } }),
      );
    expect(with_([say("user", "?"), say("assistant", "other", { sampled: true })])).toBe(true);
    expect(with_([say("user", "?"), say("assistant", " It is 42. ")])).toBe(true);
    expect(with_([say("user", "?"), say("assistant", "an example")])).toBe(false);
    expect(with_([say("user", "?"), say("GPT", "It is 42."), say("user", "Thanks")])).toBe(true);
    expect(with_([say("user", "?"), say("assistant", "")], "")).toBe(true);
    expect(with_([say("user", "?")])).toBe(false);
  });

  it("the mode is the remembered one, else the one that shows more", () => {
    const sample = sampleOf("x", { messages: TALK });
    expect(readingMode(sample, "", 3, null)).toBe("text");
    expect(readingMode(sample, "", 0, null)).toBe("conversation");
    const ids = sampleOf("x", { messages: TALK, response_tokens: ["#1", "#2"] });
    expect(readingMode(ids, "", 3, null)).toBe("conversation");
    expect(readingMode(sample, "", null, null)).toBe("conversation");
    expect(readingMode(sample, "conversation", 3, null)).toBe("conversation");
    expect(readingMode(sample, "conversation", 3, 7)).toBe("text");
    expect(readingMode(sample, "conversation", null, 7)).toBe("conversation");
    expect(readingMode(sampleOf("x", { messages: [] }), "conversation", null, null)).toBe("text");
  });

  it("tokens that are mostly ids without text look undecoded", () => {
    expect(looksUndecoded(["#1", "#2", "a"])).toBe(true);
    expect(looksUndecoded(["#1", "a", "b"])).toBe(false);
    expect(looksUndecoded(["#", "#x", "# 1"])).toBe(false);
    expect(looksUndecoded([])).toBe(false);
  });
});
