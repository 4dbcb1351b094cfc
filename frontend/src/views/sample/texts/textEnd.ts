/** The end of a text, which a folded prompt shows because its question stands there. */
const MAX_CHARACTERS = 240;
const MAX_LINES = 3;

/** The end of a text, at most {@link MAX_CHARACTERS} characters on {@link MAX_LINES} lines; whole if it is short. */
export function textEnd(text: string): string {
  const lines = text.trimEnd().split("\n");
  const points = [...lines.slice(-MAX_LINES).join("\n")];
  return points.slice(-MAX_CHARACTERS).join("");
}
