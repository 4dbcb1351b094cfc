/** Lines of a list that tell its prompts apart: what many of them begin with is left out, "…" stands in its place. */

import { columnCount, oneLine, takeColumns } from "../singleLine";
import { commonLength, wordStart } from "./commonBeginning";
import { alignCut, CUT, endOf } from "./cutTexts";
import { type Cut, neededBeginnings } from "./neededBeginnings";
import { endingTags, openingTags } from "./templateTags";

/** What tells none of the texts apart. Lines of texts that came later are cut by it as well. */
export interface SharedParts {
  /** What many begin with, as one line. */
  beginnings: readonly string[];
  /** Whether all begin, and all end, with tags of a chat template. */
  tags: { first: boolean; last: boolean };
  /** Beginnings without which lines would read alike → from where on they are shown all the same. */
  telling: ReadonlyMap<string, number>;
  /** How many letters of a line are surely seen. */
  columns: number;
}

/** This share of a line shows a beginning that is needed to tell it from another. */
const HEAD = 0.4;
/** So many different texts are compared with each other. */
const MAX_TEXTS = 256;
/** A part of the texts is large from so many of them on, and from this share of all. */
const LARGE = { texts: 2, share: 0.25 } as const;
/** So many letters make a beginning; one that takes this share of the line, or ends with tags, is left out. */
const BEGINNING = { letters: 8, share: 1 / 3 } as const;

/**
 * What of these texts tells none of them apart.
 *
 * @param columns How many letters of a line are surely seen: those that are seen alike are cut where they part.
 */
export function sharedParts(texts: readonly string[], columns: number): SharedParts {
  const lines = [...new Set(texts)]
    .filter((text) => text !== "")
    .slice(0, MAX_TEXTS)
    .map(oneLine);
  const tags = {
    first: lines.every((line) => openingTags(line) !== ""),
    last: lines.every((line) => endingTags(line) !== ""),
  };
  const found = new Set<string>();
  const aligned = alignCut(tags.first ? lines.map(behindTags) : lines);
  part(aligned, 0, Math.max(4, columns - 2), aligned.length, found);
  const parts = { beginnings: [...found], tags, telling: new Map<string, number>(), columns };
  const cuts = lines.map((line) => cutOf(line, parts)).filter(({ beginning }) => beginning !== "");
  return { ...parts, telling: neededBeginnings(cuts, columns) };
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

/** The line of a text: from where it parts from the others on. The style sheet cuts its end. */
export function distinctLine(text: string, parts: SharedParts): string {
  const whole = oneLine(text);
  const { line, beginning, from, end } = cutOf(whole, parts);
  const shown = line.slice(from, end).trim();
  if (shown === "") return whole;
  const last = end < line.length ? CUT : "";
  const telling = parts.telling.get(beginning);
  const before = line.slice(0, end);
  // What is seen whole is not cut, but for tags, which tell nobody anything.
  if (columnCount(before) <= parts.columns && (telling !== undefined || endingTags(beginning) === ""))
    return `${line.length < whole.length ? CUT : ""}${before}${last}`;
  if (telling === undefined) return `${whole.length - line.length + from > 0 ? CUT : ""}${shown}${last}`;
  const head = takeColumns(line.slice(telling, from).trim(), Math.ceil(parts.columns * HEAD)).trim();
  return `${telling > 0 ? CUT : ""}${head}${CUT}${shown}${last}`;
}

/** What is shown of a line behind its opening tags, and the shared beginning that is left out of it. */
function cutOf(whole: string, { beginnings, tags }: SharedParts): Cut {
  const line = tags.first ? behindTags(whole) : whole;
  const isCut = line.startsWith(CUT);
  let from = isCut ? 1 : 0;
  let longest = "";
  for (const beginning of beginnings) {
    const end = endOf(beginning, line, isCut);
    if (end <= from || line.slice(end).trim() === "") continue;
    from = end;
    longest = beginning;
  }
  const end = Math.max(from, line.length - (tags.last ? endingTags(line).length : 0));
  return { line, beginning: longest, from, end };
}

/** A line for each text, for a list that has all its texts at once. */
export function distinctLines(texts: readonly string[], columns: number): string[] {
  const parts = sharedParts(texts, columns);
  return texts.map((text) => distinctLine(text, parts));
}
