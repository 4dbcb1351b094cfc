/** Thresholds of findings that the reader tries out, as the address holds them: `kl_spike:8,truncation:0.2`. */

export interface TriedThreshold {
  readonly name: string;
  readonly value: number;
}

/** The thresholds that a text of the address names; what is no number is as if it were not there. */
export function triedThresholds(text: string): TriedThreshold[] {
  return text.split(",").flatMap((part) => {
    const cut = part.lastIndexOf(":");
    const [name, value] = [part.slice(0, cut), Number(part.slice(cut + 1) || "none")];
    return cut > 0 && Number.isFinite(value) ? [{ name, value }] : [];
  });
}

/** The text with one threshold tried at another value; null takes it off. */
export function tryThreshold(text: string, name: string, value: number | null): string {
  const others = triedThresholds(text).filter((tried) => tried.name !== name);
  const all = value === null ? others : [...others, { name, value }];
  return all.map((tried) => `${tried.name}:${tried.value}`).join(",");
}
