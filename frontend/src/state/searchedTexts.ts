/** Where a search looks: in which texts of a sample. */

/** The texts that can be searched, by the words of the HTTP contract. */
export const SEARCHABLE_TEXTS = ["prompt", "response", "reference"] as const;

/** The texts that an address names; all of them where it names none. */
export function searchedTexts(text: string): string[] {
  const named = text.split(",").filter((word) => SEARCHABLE_TEXTS.some((name) => name === word));
  return named.length === 0 ? [...SEARCHABLE_TEXTS] : named;
}

/** What an address says for the chosen texts: nothing where all are. */
export function searchedTextsParameter(chosen: readonly string[]): string {
  const kept = SEARCHABLE_TEXTS.filter((name) => chosen.includes(name));
  return kept.length === SEARCHABLE_TEXTS.length ? "" : kept.join(",");
}
