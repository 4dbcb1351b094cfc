/** Sentences with slots: which of them a text is, and what stands in its slots. */

/** An English sentence and its Chinese one. */
export interface Template {
  english: string;
  chinese: string;
  /** The words between the slots: one more than there are slots. */
  words: readonly string[];
  slots: readonly string[];
  /** How many characters the words have: of several templates that fit, the one that says most is meant. */
  weight: number;
}

/** A slot in an English sentence; `{|value|values}` holds either word, which a Chinese sentence has no place for. */
const SLOT = /\{(\w+|\|[^{}]+)\}/g;

export function template(english: string, chinese: string): Template {
  const pieces = english.split(SLOT);
  const words = pieces.filter((_, index) => index % 2 === 0);
  const slots = pieces.filter((_, index) => index % 2 === 1);
  return { english, chinese, words, slots, weight: words.join("").length };
}

/**
 * What stands in the slots of a template that a text was made of; null where it was made of another.
 *
 * Each value is as short as can be, so there is nothing to go back for: one way through the text decides, however hostile
 * it is.
 */
export function valuesIn(text: string, { words, slots }: Template): string[] | null {
  const first = words[0] ?? "";
  if (words.length === 1) return text === first ? [] : null;
  const last = words.at(-1) ?? "";
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return null;
  const values: string[] = [];
  let at = first.length;
  for (const between of words.slice(1, -1)) {
    const found = text.indexOf(between, at);
    if (found < 0 || found + between.length > end) return null;
    values.push(text.slice(at, found));
    at = found + between.length;
  }
  values.push(text.slice(at, end));
  return slots.every((slot, index) => isWordFor(slot, values[index] ?? "")) ? values : null;
}

/** Whether a value is one of the words that a slot has; any value is where it has none. */
function isWordFor(slot: string, value: string): boolean {
  return !slot.startsWith("|") || slot.slice(1).split("|").includes(value);
}
