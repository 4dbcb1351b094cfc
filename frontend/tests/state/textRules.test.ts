// @vitest-environment jsdom

import { expect, test } from "vitest";
import { sampleScope } from "../../src/data/scopes";
import { select } from "../../src/state/selection";
import { setConfiguredRules, setTextRules, textRulesOf } from "../../src/state/textRules";

test("a run's rules are its own, are remembered, and go into its questions", () => {
  setTextRules("a", { pad: ["<pad>", " "], system_end: "<|im_end|>" });
  expect(textRulesOf("b").value).toEqual({ pad: [], system_end: "" });
  expect(JSON.parse(localStorage.getItem("rlboard.text_rules") ?? "")).toHaveProperty("a");
  select({ run: "a" });
  expect(sampleScope.value).toEqual({ run: "a", pad: ["<pad>", " "], system_end: "<|im_end|>" });
});

test("rules that were cleared leave nothing behind", () => {
  setTextRules("a", { pad: [], system_end: "" });
  expect(JSON.parse(localStorage.getItem("rlboard.text_rules") ?? "")).toEqual({});
  expect(textRulesOf("constructor").value).toEqual({ pad: [], system_end: "" });
});

test("what rlboard.toml says counts until a reader says something else, also nothing", () => {
  const said = { pad: ["<pad>"], system_end: "" };
  const own = { pad: ["</s>"], system_end: "x" };
  const none = { pad: [], system_end: "" };
  setConfiguredRules([
    { run: "toml", text_rules: said },
    { run: "plain", text_rules: none },
  ]);
  const rules = textRulesOf("toml");
  expect(rules.value).toEqual(said);
  expect(textRulesOf("plain").value).toEqual(none);
  setTextRules("toml", own);
  expect(rules.value).toEqual(own);
  setTextRules("toml", none);
  expect(rules.value).toEqual(none);
  setTextRules("toml", said);
  expect(JSON.parse(localStorage.getItem("rlboard.text_rules") ?? "")).not.toHaveProperty("toml");
  const before = rules.value;
  setConfiguredRules([{ run: "toml", text_rules: { pad: ["<pad>"], system_end: "" } }]);
  expect(rules.value).toBe(before);
  setConfiguredRules([]);
  expect(rules.value).toEqual(none);
});
