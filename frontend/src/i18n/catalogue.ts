/** Every visible word. One catalogue per language and view; a new view adds its files, nothing here. */

import { signal } from "@preact/signals";
import { isOneOf, setting } from "../lib/storage";

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

type Catalogue = Record<string, string>;

/** A catalogue file exports one flat object of key → words with `{name}` slots. */
function merged(files: Record<string, Record<string, Catalogue>>): Catalogue {
  return Object.assign({}, ...Object.values(files).flatMap((file) => Object.values(file)));
}

export const catalogues: Readonly<Record<Language, Catalogue>> = {
  en: merged(import.meta.glob("./en/*.ts", { eager: true })),
  zh: merged(import.meta.glob("./zh/*.ts", { eager: true })),
};

function preferred(): Language {
  return navigator.languages.some((tag) => tag.startsWith("zh")) && !/^en\b/.test(navigator.language)
    ? "zh"
    : "en";
}

const chosen = setting<Language | "auto">("language", "auto", isOneOf("auto", ...LANGUAGES));

/** The language of the page; components that call `t` follow it. */
export const language = signal<Language>(chosen.value === "auto" ? preferred() : chosen.value);

export function speak(next: Language): void {
  chosen.value = next;
  language.value = next;
}

export type Slots = Readonly<Record<string, string | number>>;

/** Whether the catalogue has words for the key. */
export function has(key: string): boolean {
  return Object.hasOwn(catalogues[language.value], key);
}

/** The words for a key, with `{name}` replaced by `slots.name`. */
export function t(key: string, slots: Slots = {}): string {
  const words = has(key) ? catalogues[language.value][key] : undefined;
  if (words === undefined) return key;
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(slots[name] ?? whole));
}
