/** White space of a response that its tokens were logged without: those of a word-level tokenizer, or decoded one by one. */

const SPACE = /\s*/y;
/** `<eos>`, `<|im_end|>`, `[SEP]`: tokens that texts are often logged without. */
const SPECIAL = /^\s*(?:<[^<>\s]{1,40}>|\[[A-Z_]{2,20}\])\s*$/;

/**
 * The white space of the text in front of each token, where that is all that the tokens lack of it; null where they lack
 * nothing, or more.
 */
export function spaceBetween(tokens: readonly string[], text: string): string[] | null {
  const found: string[] = [];
  let at = 0;
  for (const token of tokens) {
    const isHere = text.startsWith(token, at);
    SPACE.lastIndex = at;
    const space = isHere ? "" : (SPACE.exec(text)?.[0] ?? "");
    const isNext = isHere || text.startsWith(token, at + space.length);
    if (!isNext && !SPECIAL.test(token)) return null;
    found.push(isNext ? space : "");
    if (isNext) at += space.length + token.length;
  }
  return found.some((space) => space !== "") && text.slice(at).trim() === "" ? found : null;
}
