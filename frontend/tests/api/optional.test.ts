/** What newer servers say, and that older answers without it are still read. */

import { describe, expect, test } from "vitest";
import * as answers from "../../src/api/answers";
import { read } from "../files";
import { runInfo } from "../fixtures";

const RECORDED = "../../tests/__snapshots__";

/** A recorded answer with some keys changed, and some taken away. */
function recorded(file: string, more: object, without: readonly string[] = []): Record<string, unknown> {
  const answer = { ...(JSON.parse(read(`${RECORDED}/${file}`)) as Record<string, unknown>), ...more };
  for (const key of without) delete answer[key];
  return answer;
}

describe("a run", () => {
  test("of an older server has no mapping, no pairing, no joins", () => {
    expect(runInfo()).toMatchObject({
      config_sources: {},
      mapping: null,
      mapping_toml: "",
      mapping_guessed: false,
      scalar_pairing: "",
      scalar_choices: [],
      joined: [],
    });
  });

  test("of a newer one has them; what is no plain name in a mapping is spelled", () => {
    const raw = {
      ...runInfo(),
      config: { gamma: 0.99 },
      config_sources: { gamma: "config.json" },
      mapping: { prompt: "question", reward: ["scores", 0] },
      mapping_toml: "[columns]",
      mapping_guessed: true,
      scalar_pairing: "nearest",
      scalar_choices: ["a", "b"],
      joined: [{ what: "scores", source: "scores.jsonl", matched: 3, unmatched: 1 }],
      metrics: [{ name: "score", kind: "value", unit: "", origin: "joined" }],
    };
    const [run] = answers.runs({ runs: [raw], state: "ready" }).runs;
    expect(run).toMatchObject({
      config_sources: { gamma: "config.json" },
      mapping: { prompt: "question", reward: '["scores",0]' },
      mapping_guessed: true,
      scalar_pairing: "nearest",
      joined: [{ matched: 3, unmatched: 1, columns: [] }],
      metrics: [{ origin: "joined" }],
    });
  });

  test("a join without its count is refused by name", () => {
    const raw = { ...runInfo(), joined: [{ what: "scores", source: "x", matched: 3 }] };
    expect(() => answers.runs({ runs: [raw], state: "ready" })).toThrow(
      ".runs[0].joined[0].unmatched: expected a number, found nothing",
    );
  });
});

describe("a sample", () => {
  test("of an older server has the defaults of γ and λ", () => {
    const sample = answers.sample(recorded("sample.json", {}, ["gamma", "lam", "value_target"]));
    expect(sample).toMatchObject({ gamma: 1, lam: 1, value_target: null });
  });

  test("messages may leave out or have as null whatever but the role", () => {
    const messages = [
      { role: "user", content: "Why?" },
      { role: "assistant", content: null, thinking: null, tool_calls: null, name: null, tool_call_id: null },
      {
        role: "assistant",
        content: "",
        thinking: "Let me see.",
        tool_calls: [{ name: "search", arguments: '{"q": 1}' }, { name: "stop" }],
        sampled: true,
      },
      { role: "tool", content: "3 hits", name: "search", tool_call_id: "call_1", reward: -0.5 },
    ];
    const sample = answers.sample(recorded("sample.json", { messages }));
    const none = { thinking: "", tool_calls: [], name: "", tool_call_id: "", sampled: false, reward: null };
    expect(sample.messages).toEqual([
      { ...none, role: "user", content: "Why?" },
      { ...none, role: "assistant", content: "" },
      {
        ...none,
        role: "assistant",
        content: "",
        thinking: "Let me see.",
        tool_calls: [
          { name: "search", arguments: '{"q": 1}' },
          { name: "stop", arguments: "" },
        ],
        sampled: true,
      },
      { ...none, role: "tool", content: "3 hits", name: "search", tool_call_id: "call_1", reward: -0.5 },
    ]);
  });

  test("a message without a role is refused by place", () => {
    const answer = recorded("sample.json", { messages: [{ content: "x" }] });
    expect(() => answers.sample(answer)).toThrow(".messages[0].role: expected text, found nothing");
  });
});
