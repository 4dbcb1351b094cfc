/** Lines of a list that tell its prompts apart: what many of them begin with is left out, "…" stands in its place. */

import { columnCount, oneLine, takeColumns } from "../singleLine";
import { commonLength, wordStart } from "./commonBeginning";
import { endingTags, openingTags } from "./templateTags";

/** What tells none of the texts apart. Lines of texts that came later are cut by it as well. */
export interface SharedParts {
  /** What many begin with, as one line. */
  beginnings: readonly string[];
  /** Whether all begin, and all end, with tags of a chat template. */
  tags: { first: boolean; last: boolean };
}

const CUT = "…";
/** So many different texts are compared with each other. */
const MOST_TEXTS = 256;
/** A part of the texts is large from so many of them on, and from this share of all. */
const LARGE = { texts: 2, share: 0.25 } as const;
/** So many letters make a beginning; one that takes this share of the line, or ends with tags, is left out. */
const BEGINNING = { letters: 8, share: 1 / 3 } as const;
/** So many characters find a shared beginning again in a text whose own beginning is cut. */
const MARK = { least: 16, most: 40 } as const;

/**
 * What of these texts tells none of them apart.
 *
 * @param columns How many letters of a line are surely seen: those that are seen alike are cut where they part.
 */
export function sharedParts(texts: readonly string[], columns: number): SharedParts {
  const lines = [...new Set(texts)]
    .filter((text) => text !== "")
    .slice(0, MOST_TEXTS)
    .map(oneLine);
  const tags = {
    first: lines.every((line) => openingTags(line) !== ""),
    last: lines.every((line) => endingTags(line) !== ""),
  };
  const found = new Set<string>();
  const aligned = alignCut(tags.first ? lines.map(behindTags) : lines);
  part(aligned, 0, Math.max(4, columns - 2), aligned.length, found);
  return { beginnings: [...found], tags };
}

/** Adds what parts of the lines, which are alike up to `from`, begin with from there on. */
function part(
  lines: readonly string[],
  from: number,
  columns: number,
  all: number,
  found: Set<string>,
): void {
  const seen = (line: string, most: number): string => takeColumns(line.slice(from, from + columns), most);
  for (const begun of groupsOf(lines, (line) => seen(line, Math.min(columns, BEGINNING.letters)))) {
    const isLarge = begun.length >= LARGE.texts && begun.length >= LARGE.share * all;
    const shared = isLarge ? (begun[0] ?? "").slice(from, commonLength(begun)) : "";
    const isLeftOut = columnCount(shared) >= columns * BEGINNING.share || endingTags(shared) !== "";
    for (const alike of isLeftOut ? [begun] : groupsOf(begun, (line) => seen(line, columns))) {
      if (alike.length < 2) continue;
      const parting = commonLength(alike);
      const word = wordStart(alike, parting);
      const cut = word > from ? word : parting;
      if (cut <= from) continue;
      found.add((alike[0] ?? "").slice(0, cut));
      part(alike, cut, columns, all, found);
    }
  }
}

function groupsOf(lines: readonly string[], keyOf: (line: string) => string): Iterable<string[]> {
  const groups = new Map<string, string[]>();
  for (const line of lines) {
    const key = keyOf(line);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [line]);
    else group.push(line);
  }
  return groups.values();
}

const behindTags = (line: string): string => line.slice(openingTags(line).length);

/**
 * Of texts that are cut themselves, and so begin anywhere in what they share: from where the others begin, too. The text
 * that has least of the shared part says where.
 */
function alignCut(lines: readonly string[]): string[] {
  const marks = lines
    .filter((line) => line.startsWith(CUT))
    .slice(0, MARK.most)
    .map((line) => line.slice(1, 1 + MARK.least));
  const aligned = lines.map((line) => {
    if (!line.startsWith(CUT)) return line;
    const from = Math.max(0, ...marks.map((mark) => (mark.length < MARK.least ? -1 : line.indexOf(mark, 2))));
    return from > 0 ? CUT + line.slice(from) : line;
  });
  return [...new Set(aligned)];
}

/** The line of a text: from where it parts from the others on. The style sheet cuts its end. */
export function distinctLine(text: string, { beginnings, tags }: SharedParts): string {
  const whole = oneLine(text);
  const line = tags.first ? behindTags(whole) : whole;
  let from = line.startsWith(CUT) ? 1 : 0;
  const isCut = from > 0;
  for (const beginning of beginnings) {
    const end = endOf(beginning, line, isCut);
    if (line.slice(end).trim() !== "") from = Math.max(from, end);
  }
  const end = line.length - (tags.last ? endingTags(line).length : 0);
  const shown = line.slice(from, Math.max(from, end)).trim();
  if (shown === "") return whole;
  return `${whole.length - line.length + from > 0 ? CUT : ""}${shown}${end < line.length ? CUT : ""}`;
}

/** Where a shared beginning ends in a line, 0 where it does not begin so. */
function endOf(beginning: string, line: string, isCut: boolean): number {
  if (line.startsWith(beginning)) return beginning.length;
  if (!isCut && !beginning.startsWith(CUT)) return 0;
  const mark = beginning.slice(1).slice(-MARK.most);
  const at = mark.length < MARK.least ? -1 : line.indexOf(mark);
  return at < 0 ? 0 : at + mark.length;
}

/** A line for each text, for a list that has all its texts at once. */
export function distinctLines(texts: readonly string[], columns: number): string[] {
  const parts = sharedParts(texts, columns);
  return texts.map((text) => distinctLine(text, parts));
}
