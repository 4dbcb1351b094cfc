/** Reads the words of a language when they are needed: English is part of the page. */

import { type Language, language, setLanguage } from "./language";
import { addSentences, addWords, hasWords } from "./messages";
import { addMetricNames } from "./metricNames";

/** Reads what the server's sentences are in Chinese, beside the page's own words; nobody waits for it. */
async function loadSentences(): Promise<void> {
  try {
    addSentences((await import("./zh/sentences")).inChinese);
  } catch {
    // The server is quoted in English.
  }
}

/** Reads the words of a language; where that fails, the page speaks English. */
export async function loadWords(of: Language): Promise<void> {
  if (hasWords(of)) return;
  void loadSentences();
  try {
    const { zh, metricNames } = await import("./zh");
    addMetricNames(metricNames);
    addWords("zh", zh);
  } catch {
    if (language.peek() === of) language.value = "en";
  }
}

/** Changes the language of the page once its words are there. */
export async function changeLanguage(next: Language): Promise<void> {
  await loadWords(next);
  if (hasWords(next)) setLanguage(next);
}
