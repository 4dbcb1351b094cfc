/** Reads the words of a language when they are needed: English is part of the page. */

import { type Language, language, setLanguage } from "./language";
import { addWords, hasWords } from "./messages";

/** Reads the words of a language; where that fails, the page speaks English. */
export async function loadWords(of: Language): Promise<void> {
  if (hasWords(of)) return;
  try {
    addWords("zh", (await import("./zh")).zh);
  } catch {
    if (language.peek() === of) language.value = "en";
  }
}

/** Changes the language of the page once its words are there. */
export async function changeLanguage(next: Language): Promise<void> {
  await loadWords(next);
  if (hasWords(next)) setLanguage(next);
}
