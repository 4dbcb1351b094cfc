/** The end of a text, which a folded prompt shows because its question stands there. */
const CHARACTERS = 240;
const LINES = 3;

/** The end of a text, at most {@link CHARACTERS} characters on {@link LINES} lines; whole if it is short. */
export function textEnd(text: string): string {
  const lines = text.trimEnd().split("\n");
  const points = [...lines.slice(-LINES).join("\n")];
  return points.slice(-CHARACTERS).join("");
}
