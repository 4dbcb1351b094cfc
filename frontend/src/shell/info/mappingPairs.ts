/** A mapping in the order in which it is read. */

import type { RunInfo } from "../../api/answers";

const FIRST = [
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
  const at = FIRST.indexOf(word);
  return at < 0 ? FIRST.length : at;
}

/** Before the name of a metric or text that a mapping lifts out of an object. */
const COLUMNS = "columns.";

/** Our words with the keys of the log: what a sample is made of first, then by name. */
export function pairsOf(mapping: Readonly<Record<string, string>>): [word: string, key: string][] {
  return Object.entries(mapping)
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b, "en"))
    .map(([word, key]) => [word.startsWith(COLUMNS) ? word.slice(COLUMNS.length) : word, key]);
}

/** Tells one guess from another. */
export function signatureOf({ run, mapping }: RunInfo): string {
  return JSON.stringify([run, pairsOf(mapping ?? {})]);
}
