import { expect, test } from "vitest";
import { partialCoverage } from "../../../src/views/sample/texts/coverage";

test("tokens that spell the text to its end cover it, special tokens and space around it aside", () => {
  expect(partialCoverage(["It", " is", " 4", "<eos>"], "It is 4")).toBeNull();
  expect(partialCoverage([" It", " is"], "It is <|im_end|>\n")).toBeNull();
  expect(partialCoverage(["<s>", "It", " is"], "It is")).toBeNull();
  expect(partialCoverage([], "")).toBeNull();
});

test("what follows after the last token is told, in characters and not in halves of them", () => {
  expect(partialCoverage(["It", " is", "<eos>"], "It is 😀 4")).toEqual({
    covered: 5,
    total: 9,
    rest: " 😀 4",
  });
});

test("tokens of another part of the text are told by their length, unless they differ in spelling only", () => {
  expect(partialCoverage(["is", " 4"], "It is 4")).toEqual({ covered: 4, total: 7, rest: null });
  expect(partialCoverage(["It", "is", "4", "and", "more"], "It is4andmore")).toBeNull();
});
