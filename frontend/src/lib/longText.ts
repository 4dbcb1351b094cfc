/** Long texts: their length, their two ends, and pieces of them that can be laid out one by one. */

/** The length in code points, as every other length of a text here. Megabytes are counted in milliseconds. */
export function lengthOf(text: string): number {
  let n = text.length;
  for (let at = 1; at < text.length; at += 1) if (isInside(text, at)) n -= 1;
  return n;
}

/** The place after so many code points, in UTF-16 units. */
export function placeAfter(text: string, characters: number): number {
  let at = 0;
  for (let n = 0; n < characters && at < text.length; n += 1) at += isInside(text, at + 1) ? 2 : 1;
  return at;
}

/** Whether a character goes on here: the second half of a surrogate pair. */
function isInside(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0xdc00 || code > 0xdfff || at === 0) return false;
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff;
}

/** The text in pieces of at least `size` UTF-16 units, each but the last ending with a line break. */
export function pieces(text: string, size: number): string[] {
  const found: string[] = [];
  let from = 0;
  while (from < text.length) {
    const at = text.indexOf("\n", from + size - 1);
    const to = at < 0 ? text.length : at + 1;
    found.push(text.slice(from, to));
    from = to;
  }
  return found;
}

/** The two ends of a text whose middle is left out. */
export interface Excerpt {
  start: string;
  /** How many code points are left out between the two ends; 0 where the start is the whole text. */
  left: number;
  end: string;
}

/**
 * The first `start` and last `end` UTF-16 units of a text that is longer than `most` or has more than `lines` lines.
 */
export function excerpt(text: string, most: number, lines: number, start: number, end: number): Excerpt {
  const many = text.length > most || lineBreaks(text, lines) >= lines;
  if (!many) return { start: text, left: 0, end: "" };
  let head = firstLines(text, start, Math.ceil(lines / 2));
  let tail = Math.max(head, text.length - end, lastLines(text, Math.floor(lines / 4)));
  if (isInside(text, head)) head -= 1;
  if (isInside(text, tail)) tail += 1;
  const left = lengthOf(text.slice(head, tail));
  return left === 0
    ? { start: text, left: 0, end: "" }
    : { start: text.slice(0, head), left, end: text.slice(tail) };
}

/** The number of line breaks, counted up to `enough`. */
function lineBreaks(text: string, enough: number): number {
  let n = 0;
  for (let at = text.indexOf("\n"); at >= 0 && n < enough; at = text.indexOf("\n", at + 1)) n += 1;
  return n;
}

/** Where the first `lines` lines end, `most` at most. */
function firstLines(text: string, most: number, lines: number): number {
  let at = -1;
  for (let n = 0; n < lines; n += 1) {
    at = text.indexOf("\n", at + 1);
    if (at < 0 || at >= most) return Math.min(most, text.length);
  }
  return at;
}

/** Where the last `lines` lines start. */
function lastLines(text: string, lines: number): number {
  let at = text.length;
  for (let n = 0; n < lines && at > 0; n += 1) at = text.lastIndexOf("\n", at - 1);
  return at + 1;
}
