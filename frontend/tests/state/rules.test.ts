import { expect, test } from "vitest";
import { sampleScope } from "../../src/state/data";
import { rulesOf, setRules } from "../../src/state/rules";
import { select } from "../../src/state/selection";

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
