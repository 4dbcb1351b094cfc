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

/** Beyond this many code points a cell looks at the two ends only. */
const ENOUGH = 2000;

/** The two ends of a text that is too long for its line. */
export interface Ends {
  /** The start of the text, or all of it. It may be longer than the line: the style sheet cuts it to the pixel. */
  head: string;
  /** Its end, "" where the head is all there is. */
  tail: string;
}

/**
 * The two ends of a text for a line of `columns` letters.
 *
 * @param endShare How much of the room the end gets, 0 to 1; at 1 only the end is kept, after "…".
 */
export function bothEnds(text: string, columns: number, endShare = 0.35): Ends {
  const near = text.length > 2 * ENOUGH ? `${text.slice(0, ENOUGH)}${text.slice(-ENOUGH)}` : text;
  const line = Array.from(oneLine(near));
  if (near === text && columnCount(line.join("")) <= columns) return { head: line.join(""), tail: "" };
  const end = Math.max(1, Math.round((columns - 1) * endShare));
  const tail = take(line, end, "end").trimStart();
  return endShare >= 1 ? { head: "", tail: `…${tail}` } : { head: take(line, 2 * columns, "start"), tail };
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

/** Characters before the first that differs which a line keeps. */
const BEFORE = 8;

/** Of a line, what is certainly seen: the page may have less room than letters were counted for. */
const SEEN = 0.6;

/**
 * A line of `columns` letters for each text: its beginning where no other text begins so; else its end, and where that is
 * the same of different texts, from where they part.
 *
 * Prompts often begin with one system prompt and end with one instruction.
 */
export function distinctLines(texts: readonly string[], columns: number): string[] {
  const near = texts.map((text) => Array.from(oneLine(text.slice(0, ENOUGH))));
  const beginnings = near.map((chars) => take(chars, columns * SEEN, "start"));
  const lines = texts.map((text) => {
    const { head, tail } = bothEnds(text, columns, 1);
    return head + tail;
  });
  const [beginAlike, endAlike] = [alike(beginnings, texts), alike(lines, texts)];
  return lines.map((line, at) => {
    const text = texts[at] ?? "";
    if ((beginAlike.get(beginnings[at] ?? "")?.size ?? 0) < 2) {
      const chars = near[at] ?? [];
      return line === chars.join("") ? line : `${take(chars, columns - 1, "start")}…`;
    }
    const same = endAlike.get(line) ?? new Set();
    return same.size < 2 ? line : fromParting(text, [...same], columns);
  });
}

/** Line -> the different texts that it would stand for. */
function alike(lines: readonly string[], texts: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  lines.forEach((line, at) => {
    found.set(line, (found.get(line) ?? new Set()).add(texts[at] ?? ""));
  });
  return found;
}

/** A text from shortly before the first character in which some texts differ. */
function fromParting(text: string, texts: readonly string[], columns: number): string {
  const chars = Array.from(oneLine(text));
  const others = texts.map((other) => Array.from(oneLine(other)));
  const parted = chars.findIndex((char, at) => others.some((other) => other[at] !== char));
  const from = Math.max(0, (parted < 0 ? chars.length : parted) - BEFORE);
  const line = take(chars.slice(from), columns - 2, "start");
  return `${from > 0 ? "…" : ""}${line}${from + Array.from(line).length < chars.length ? "…" : ""}`;
}
