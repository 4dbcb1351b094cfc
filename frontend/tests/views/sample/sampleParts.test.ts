/** What the drawer makes of a sample's numbers, texts and neighbours before they are drawn. */

import { describe, expect, it } from "vitest";
import { conversationText } from "../../../src/views/sample/conversation/messageText";
import { nearestSteps } from "../../../src/views/sample/PromptLinks";
import { groupScalars, sizeOf } from "../../../src/views/sample/scalars/scalarGroups";
import { textEnd } from "../../../src/views/sample/texts/textEnd";
import { HOSTILE } from "../../fixtures";
import { say } from "./messages";

describe("parts", () => {
  it("scalars are grouped by question, token metrics form a table, and a lone suffix is no family", () => {
    const groups = groupScalars({ reward: 1, n_tokens: 2, k3_mean: 3, k3_argmax: 4, kl_max: 5 }, "");
    expect(groups.map(({ question }) => question)).toEqual(["reward", "drift", "length", "other"]);
    expect(groups[1]).toMatchObject({
      scalars: [],
      statistics: [{ metric: "k3", values: { mean: 3, argmax: 4 } }],
    });
    expect(groups[3]?.scalars).toEqual([["kl_max", 5]]);
    expect(groups.map(sizeOf)).toEqual([1, 2, 1, 1]);
    expect(groupScalars({ reward: 1, other: 2 }, " REW ").flatMap(({ scalars }) => scalars)).toEqual([
      ["reward", 1],
    ]);
  });

  it("a folded text ends where it ends", () => {
    expect(textEnd("short")).toBe("short");
    expect(textEnd("a\nb\nc\nd\n")).toBe("b\nc\nd");
    expect(textEnd("😀".repeat(300))).toBe("😀".repeat(240));
  });

  it("links are those of the nearest steps, in order", () => {
    const links = Array.from({ length: 200 }, (_, step) => ({ step, id: String(step) }));
    const found = nearestSteps(links, 100);
    expect(found).toHaveLength(24);
    expect(found[0]?.step).toBe(88);
    expect(found.at(-1)?.step).toBe(111);
  });

  it("a conversation is a text with its roles, thoughts and calls", () => {
    const asked = { name: HOSTILE, arguments: '{"q": "<b>月</b>"}' };
    const talk = [
      say("assistant", "", { thinking: "<script>hidden</script> hm", tool_calls: [asked] }),
      say("tool", "3 hits", { name: "search", tool_call_id: "call_1" }),
      say("assistant", "It is 42."),
    ];
    expect(conversationText(talk)).toBe(
      [
        `assistant: <think>\n<script>hidden</script> hm\n</think>\ntool call: ${HOSTILE}({"q": "<b>月</b>"})`,
        "tool (search): 3 hits",
        "assistant: It is 42.",
      ].join("\n\n"),
    );
  });
});
