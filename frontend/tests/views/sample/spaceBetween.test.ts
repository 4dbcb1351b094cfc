import { expect, test } from "vitest";
import { spaceBetween } from "../../../src/views/sample/texts/spaceBetween";

test.each([
  ["words without their blanks", ["a", "cat", ",", "sat"], "a cat , sat", ["", " ", " ", " "]],
  ["lines, and a blank at the end", ["a", "b"], " a\n\nb ", [" ", "\n\n"]],
  ["a character of two tokens", ["春", "", "江"], "春 江", ["", "", " "]],
  ["an end that the text has not", ["a", "b", "<eos>", "<|im_end|>"], "a b", ["", " ", "", ""]],
])("is found: %s", (_, tokens, text, spaces) => {
  expect(spaceBetween(tokens, text)).toEqual(spaces);
});

test.each([
  ["the tokens have it all", ["a", " cat"], "a cat"],
  ["a word is missing", ["a", "sat"], "a cat sat"],
  ["the text goes on", ["a", "cat"], "a cat sat"],
  ["tokens go on", ["a", "cat", "sat"], "a cat"],
  ["there are none", [], "a cat"],
])("is not looked at where %s", (_, tokens, text) => {
  expect(spaceBetween(tokens, text)).toBeNull();
});
