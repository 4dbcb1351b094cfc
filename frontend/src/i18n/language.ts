/** The language of the page: what the reader chose, else what the browser prefers. */

import { signal } from "@preact/signals";
import { isOneOf, storedSignal } from "../lib/storage";

/** The languages of the page. */
export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

function preferred(): Language {
  return navigator.languages.some((tag) => tag.startsWith("zh")) && !/^en\b/.test(navigator.language)
    ? "zh"
    : "en";
}

const chosen = storedSignal<Language | "auto">("language", "auto", isOneOf("auto", ...LANGUAGES));

/** The language of the page; components that call `t` follow it. */
export const language = signal<Language>(chosen.value === "auto" ? preferred() : chosen.value);

/** Changes the language, and remembers it. `changeLanguage` reads its words first. */
export function setLanguage(next: Language): void {
  chosen.value = next;
  language.value = next;
}
