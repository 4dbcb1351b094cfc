/** How far the tokens of a response reach into its text. */

import { lengthOf } from "../../../lib/longText";

export interface Coverage {
  /** Characters that the tokens spell, and those of the text. */
  covered: number;
  total: number;
  /** What follows in the text after the tokens; null where the text does not begin with them. */
  rest: string | null;
}

/** `<eos>`, `<|im_end|>`, `[SEP]`: tokens that texts are often logged without. */
const SPECIAL = String.raw`<[^<>\s]{1,40}>|\[[A-Z_]{2,20}\]`;
const SPECIALS = new RegExp(SPECIAL, "g");
const SPECIALS_AT_END = new RegExp(String.raw`(?:${SPECIAL}|\s)+$`);
/** Spelling may differ a little (spaces, a character that was cut in two) where nothing is left out. */
const ALMOST_ALL = 0.9;

const readable = (text: string): string => text.replace(SPECIALS, "").trim();

/** Null where the tokens spell the text to its end, or nearly so; special tokens and space around it aside. */
export function partialCoverage(tokens: readonly string[], text: string): Coverage | null {
  const whole = text.trimStart();
  const spelled = tokens.join("").trimStart().replace(SPECIALS_AT_END, "");
  if (spelled !== "" && whole.startsWith(spelled)) {
    const rest = whole.slice(spelled.length);
    return readable(rest) === "" ? null : { covered: lengthOf(spelled), total: lengthOf(whole), rest };
  }
  const [covered, total] = [lengthOf(readable(spelled)), lengthOf(readable(whole))];
  return covered < ALMOST_ALL * total ? { covered, total, rest: null } : null;
}
