/** What lines begin with alike, and the word in which they part. */

const WORD_LETTER = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\d.,_\\$-]/u;
/** A line begins at most so many characters before the parting, with a whole word or number. */
const WORD = 12;

/** How many UTF-16 units all of them begin with, never half a character. */
export function commonLength(lines: readonly string[]): number {
  const [first = "", ...others] = lines;
  let length = first.length;
  for (const other of others) {
    let at = 0;
    while (at < length && at < other.length && first.charCodeAt(at) === other.charCodeAt(at)) at += 1;
    length = at;
  }
  return /[\uD800-\uDBFF]$/.test(first.slice(0, length)) ? length - 1 : length;
}

/**
 * Where the word or number begins that the parting of lines lies in; the parting itself where it lies in none, or where
 * words have no spaces between them.
 */
export function wordStart(lines: readonly string[], at: number): number {
  if (!lines.some((line) => WORD_LETTER.test(line[at] ?? ""))) return at;
  const [line = ""] = lines;
  let start = at;
  while (start > 0 && WORD_LETTER.test(line[start - 1] ?? "")) start -= 1;
  return at - start <= WORD ? start : at;
}
