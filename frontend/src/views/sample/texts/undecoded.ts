/** Tokens that nobody could turn into text. */

/** Whether most tokens are ids that nobody could turn into text: `#151643`. */
export function looksUndecoded(tokens: readonly string[]): boolean {
  const nonEmpty = tokens.filter((token) => token !== "");
  return nonEmpty.filter((token) => /^#\d+$/.test(token)).length * 2 > nonEmpty.length;
}
