import { expect, test } from "vitest";
import { sampleScope } from "../../src/data/useAnswer";
import { select } from "../../src/state/selection";
import { giveRules, rulesOf, setRules } from "../../src/state/textRules";

test("a run's rules are its own, are remembered, and go into its questions", () => {
  setRules("a", { pad: ["<pad>", " "], system_end: "<|im_end|>" });
  expect(rulesOf("b").value).toEqual({ pad: [], system_end: "" });
  expect(JSON.parse(localStorage.getItem("rlboard.text_rules") ?? "")).toHaveProperty("a");
  select({ run: "a" });
  expect(sampleScope.value).toEqual({ run: "a", pad: ["<pad>", " "], system_end: "<|im_end|>" });
});

test("rules that were cleared leave nothing behind", () => {
  setRules("a", { pad: [], system_end: "" });
  expect(JSON.parse(localStorage.getItem("rlboard.text_rules") ?? "")).toEqual({});
  expect(rulesOf("constructor").value).toEqual({ pad: [], system_end: "" });
});

test("what rlboard.toml says counts until a reader says something else, also nothing", () => {
  const said = { pad: ["<pad>"], system_end: "" };
  const own = { pad: ["</s>"], system_end: "x" };
  const none = { pad: [], system_end: "" };
  giveRules([
    { run: "toml", text_rules: said },
    { run: "plain", text_rules: none },
  ]);
  const rules = rulesOf("toml");
  expect(rules.value).toEqual(said);
  expect(rulesOf("plain").value).toEqual(none);
  setRules("toml", own);
  expect(rules.value).toEqual(own);
  setRules("toml", none);
  expect(rules.value).toEqual(none);
  setRules("toml", said);
  expect(JSON.parse(localStorage.getItem("rlboard.text_rules") ?? "")).not.toHaveProperty("toml");
  const before = rules.value;
  giveRules([{ run: "toml", text_rules: { pad: ["<pad>"], system_end: "" } }]);
  expect(rules.value).toBe(before);
  giveRules([]);
  expect(rules.value).toEqual(none);
});
