/** Where a search looks: in which texts of a sample. */

/** Where a search can look; the words of the HTTP contract. */
export const PLACES = ["prompt", "response", "reference"] as const;

/** The places that an address names; all of them where it names none. */
export function placesOf(text: string): string[] {
  const named = text.split(",").filter((word) => PLACES.some((place) => place === word));
  return named.length === 0 ? [...PLACES] : named;
}

/** What an address says for the chosen places: nothing where all are. */
export function placesText(places: readonly string[]): string {
  const kept = PLACES.filter((place) => places.includes(place));
  return kept.length === PLACES.length ? "" : kept.join(",");
}
