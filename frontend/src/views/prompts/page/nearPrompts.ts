/** Prompts that ask nearly the same in other signs, and so are prompts of their own: looked for by the words of one. */

import { select } from "../../../state/selection";

/** A question is known by so many of its words, and each of these by so many characters: Chinese has no spaces. */
const MAX_WORDS = 12;
const MAX_WORD_CHARACTERS = 12;
const WORD = /[\p{L}\p{N}]+/gu;

/**
 * A pattern of the words of the longest line of what a prompt asks, whatever their capitals and up to six other signs between two; "" where it has none.
 *
 * Words are letters and digits, which mean themselves in a pattern.
 */
export function nearPattern(asked: string): string {
  const lines = asked
    .replace(/<\|[^|<>]*\|>|\[(?:image|video|audio)\]/g, "\n")
    .split("\n")
    .map((line) => line.match(WORD) ?? []);
  const letters = (words: readonly string[]): number => words.reduce((sum, { length }) => sum + length, 0);
  const longest = lines.reduce((best, line) => (letters(line) > letters(best) ? line : best), []);
  const words = longest.slice(0, MAX_WORDS).map((word) => [...word].slice(0, MAX_WORD_CHARACTERS).join(""));
  return words.length === 0 ? "" : `(?is)${words.join(".{0,6}")}`;
}

/** Leads to the list of the prompts that a pattern is in. */
export function lookForNear(pattern: string): void {
  select(
    {
      search: pattern,
      regex: true,
      in: "prompt",
      prompt: null,
      list: "",
      prompt_kind: "",
      prompts_offset: null,
    },
    "push",
  );
}
