/** A column mapping as pairs, in a fixed order for reading. */

import type { RunInfo } from "../../api/answers";
import { translate } from "../../i18n";

const SAMPLE_FIELDS = [
  "messages",
  "prompt",
  "response",
  "response_tokens",
  "reward",
  "ground_truth",
  "step",
  "split",
];

function rank(word: string): number {
  const at = SAMPLE_FIELDS.indexOf(word);
  return at < 0 ? SAMPLE_FIELDS.length : at;
}

/** Before the name of a metric or text that a mapping lifts out of an object. */
const COLUMN_PREFIX = "columns.";

/** Our words with the keys of the log: what a sample is made of first, then by name. */
export function mappingPairs(mapping: Readonly<Record<string, string>>): [word: string, key: string][] {
  return Object.entries(mapping)
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b, "en"))
    .map(([word, key]) => [word.startsWith(COLUMN_PREFIX) ? word.slice(COLUMN_PREFIX.length) : word, key]);
}

/** Where the server read a column if not from a key: words of its own, and no name of the log's. */
const SERVER_WORDS = /^(?:sum of .*|file name|folder name)$/;

/** What the server notes behind a key: what it made of its values. */
const NOTED = /^(.+) \(([^()]+)\)$/;

/** Where a column comes from, in the language of the page. */
export function columnSourceWords(source: string): string {
  const [, key, note] = NOTED.exec(source) ?? [];
  if (key !== undefined && note !== undefined && translate(note) !== note)
    return `${columnSourceWords(key)} (${translate(note)})`;
  return SERVER_WORDS.test(source) ? translate(source) : source;
}

/** What curves depend on comes first in a line that may be cut. */
const LINE_FIELDS = [
  "reward",
  "step",
  "prompt",
  "response",
  "messages",
  "split",
  "validation",
  "training",
  "group_id",
];

function lineRank(word: string): number {
  const at = LINE_FIELDS.indexOf(word);
  return at < 0 ? LINE_FIELDS.length : at;
}

/** `reward ← reward_total · step ← file name · prompt`: where each column comes from, in one line. */
export function readingLine({ mapping, mapping_sources: sources }: RunInfo): string {
  return mappingPairs({ ...mapping, ...sources })
    .sort(([a], [b]) => lineRank(a) - lineRank(b))
    .map(([word, source]) => (word === source ? word : `${word} ← ${columnSourceWords(source)}`))
    .join(" · ");
}

/** Identifies a guess: equal for equal mappings of the same run. */
export function mappingSignature(info: RunInfo): string {
  return JSON.stringify([info.run, mappingPairs({ ...info.mapping, ...info.mapping_sources })]);
}
