/** What a kind of problem is called, in the language of the page. */

import { translate } from "./messages";
import problemKinds from "./problemKinds.json";

const WORDS: Readonly<Record<string, string>> = problemKinds;

/** A kind that is not known (an index that a newer server has built) is shown by its name. */
export function problemKindName(kind: string): string {
  return translate(Object.hasOwn(WORDS, kind) ? (WORDS[kind] ?? kind) : kind.replaceAll("_", " "));
}
