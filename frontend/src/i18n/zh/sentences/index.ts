/**
 * What the server says, in Chinese. It says everything in English; here are the templates of its sentences with their
 * Chinese ones (`make sentences` collects them from the server's code). A text that none of them fits stays as it is.
 *
 * In a Chinese sentence `{name}` is filled with the value as it is, `{~name}` with its Chinese where it is a part of a
 * sentence itself, and `{~~name}` with that of each of several such parts.
 */

import { SENTENCES } from "./pairs";
import { type Template, template, valuesIn } from "./templates";

const TEMPLATES: readonly Template[] = SENTENCES.map(([english, chinese]) => template(english, chinese)).sort(
  (a, b) => b.weight - a.weight,
);

/** A longer text is shown as it is: no sentence of the server's has as many characters. */
const MAX_CHARACTERS = 4000;
/** So often the templates are gone through for one text and its parts: no text of the server's needs more. */
const MAX_TRIES = 60;
/** As many texts are remembered: a page is drawn again and again with the same ones. */
const MAX_REMEMBERED = 500;
const CHINESE_SLOT = /\{(~{0,2})(\w+)\}/g;
const BETWEEN_PARTS = /, |; | with /;

const cache = new Map<string, string>();

/** A text of the server's in Chinese; the text itself where it is none that is known. */
export function inChinese(text: string): string {
  if (text.length > MAX_CHARACTERS) return text;
  const cached = cache.get(text);
  if (cached !== undefined) return cached;
  if (cache.size >= MAX_REMEMBERED) cache.clear();
  const tries = { left: MAX_TRIES };
  // The page may have begun a part of a sentence as a sentence.
  const chinese =
    translated(text, tries) ?? translated(text.charAt(0).toLowerCase() + text.slice(1), tries) ?? text;
  cache.set(text, chinese);
  return chinese;
}

/** What is left of the tries for a text. */
interface Tries {
  left: number;
}

function translated(text: string, tries: Tries): string | null {
  const whole = byTemplate(text, tries);
  // What one sentence takes for a value may be the next sentence, which is known as well.
  return severalSentences(text, tries) ?? whole ?? withoutFullStop(text, tries);
}

/** The Chinese of the heaviest template that fits. */
function byTemplate(text: string, tries: Tries): string | null {
  tries.left -= 1;
  if (tries.left < 0 || text === "") return null;
  for (const candidate of TEMPLATES) {
    const values = valuesIn(text, candidate);
    if (values === null) continue;
    return candidate.chinese.replace(CHINESE_SLOT, (_, mark: string, name: string) => {
      const value = values[candidate.slots.indexOf(name)] ?? "";
      if (mark === "") return value;
      return mark === "~" ? translatedPart(value, tries) : translatedParts(value, tries);
    });
  }
  return null;
}

const translatedPart = (value: string, tries: Tries): string => translated(value, tries) ?? value;

function translatedParts(value: string, tries: Tries): string {
  return value
    .split(BETWEEN_PARTS)
    .map((item) => translatedPart(item, tries))
    .join("、");
}

/** A sentence whose full stop was left out, because it goes on behind it. */
function withoutFullStop(text: string, tries: Tries): string | null {
  if (text.endsWith(".")) return null;
  const chinese = byTemplate(`${text}.`, tries);
  return chinese?.endsWith("。") ? chinese.slice(0, -1) : null;
}

/** Two sentences or more, one behind the other. */
function severalSentences(text: string, tries: Tries): string | null {
  for (let end = text.indexOf(". "); end >= 0 && tries.left > 0; end = text.indexOf(". ", end + 1)) {
    const first = byTemplate(text.slice(0, end + 1), tries);
    const rest = first === null ? null : translated(text.slice(end + 2), tries);
    if (first !== null && rest !== null) return first + rest;
  }
  return null;
}
