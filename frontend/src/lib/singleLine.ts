/** Cutting text for one line of a table. Counts code points and screen columns, never UTF-16 units. */

/** How many columns of a fixed-width line the character takes: 2 for CJK, kana, hangul and emoji. */
function columnsOf(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

/** How many columns of a fixed-width line the text takes. */
export function columnCount(text: string): number {
  let width = 0;
  for (const char of text) width += columnsOf(char);
  return width;
}

/** Width of a letter at 13 px in the widest of the usual fonts: so many surely fit. */
const LETTER_PX = 7.6;

/** How many letters of one column surely fit into so many pixels. */
export function lettersIn(pixels: number): number {
  return Math.max(4, Math.floor(pixels / LETTER_PX));
}

/** A width into which the text surely fits. */
export function pixelsFor(text: string): number {
  return Math.ceil(columnCount(text) * LETTER_PX);
}

/** One line: line breaks become a visible sign, runs of blanks one blank. */
export function oneLine(text: string): string {
  return text.replace(/[ \t\f\v]+/g, " ").replace(/ ?(?:\r\n|[\n\r\u2028\u2029]) ?/g, " ↵ ");
}

function take(chars: readonly string[], columns: number, from: "start" | "end"): string {
  let used = 0;
  let n = 0;
  while (n < chars.length) {
    used += columnsOf(chars[from === "start" ? n : chars.length - 1 - n] ?? "");
    if (used > columns) break;
    n += 1;
  }
  return (from === "start" ? chars.slice(0, n) : chars.slice(chars.length - n)).join("");
}

/** The start of a text that takes no more than so many columns. */
export function takeColumns(text: string, columns: number): string {
  return take(Array.from(text), columns, "start");
}

/** A text's start as one line of so many columns, with "…" where it goes on; a text of megabytes is not looked at to its end. */
export function lineStart(text: string, columns: number): string {
  const begun = text.slice(0, 4 * columns);
  const line = oneLine(begun.replace(/[\uD800-\uDBFF]$/, ""));
  return columnCount(line) > columns || begun.length < text.length ? `${takeColumns(line, columns)}…` : line;
}

/** Beyond this many code points a cell looks at the two ends only. */
const MAX_CODE_POINTS = 2000;

/** The two ends of a text that is too long for its line. */
export interface Ends {
  /** The start of the text, or all of it. It may be longer than the line: the style sheet cuts it to the pixel. */
  head: string;
  /** Its end, "" where the head is all there is. */
  tail: string;
}

/** How much of a line's room the end of a text gets. */
const END_SHARE = 0.35;

/** The two ends of a text for a line of `columns` letters. */
export function bothEnds(text: string, columns: number): Ends {
  const near =
    text.length > 2 * MAX_CODE_POINTS
      ? `${text.slice(0, MAX_CODE_POINTS)}${text.slice(-MAX_CODE_POINTS)}`
      : text;
  const line = Array.from(oneLine(near));
  if (near === text && columnCount(line.join("")) <= columns) return { head: line.join(""), tail: "" };
  const end = Math.max(1, Math.round((columns - 1) * END_SHARE));
  return { head: take(line, 2 * columns, "start"), tail: take(line, end, "end").trimStart() };
}

/** An excerpt in three parts. */
export interface Parts {
  before: string;
  hit: string;
  after: string;
}

/** The excerpt around a hit, given in code points; `columns` bounds what comes before it, so that the hit is seen. */
export function around(excerpt: string, start: number, end: number, columns: number): Parts {
  const chars = Array.from(excerpt);
  const before = oneLine(chars.slice(0, start).join(""));
  const beforeChars = Array.from(before);
  const cut = take(beforeChars, columns, "end");
  return {
    before: cut.length < before.length ? `…${cut}` : before,
    hit: oneLine(chars.slice(start, end).join("")),
    after: oneLine(chars.slice(end).join("")),
  };
}
