/** The text of an `rlboard.toml` with other keys for some of its words. */

const HEAD = "[mapping]";

/** The text with `word = "key"` in its section [mapping], in the place of what stood there for the word. */
export function tomlWithKey(toml: string, word: string, key: string): string {
  const lines = toml.split("\n");
  const head = lines.indexOf(HEAD);
  // JSON and TOML escape texts alike, but for one character that JSON leaves as it is.
  const line = `${word} = ${JSON.stringify(key).replaceAll("\u007f", "\\u007f")}`;
  if (head < 0) return `${HEAD}\n${line}\n${toml}`;
  const next = lines.findIndex((other, at) => at > head && other.startsWith("["));
  const end = next < 0 ? lines.length : next;
  const at = lines.findIndex((other, k) => k > head && k < end && other.startsWith(`${word} = `));
  return (at < 0 ? lines.toSpliced(head + 1, 0, line) : lines.with(at, line)).join("\n");
}

/** The text with all the choices made. */
export function tomlWithChoices(toml: string, choices: Readonly<Record<string, string>>): string {
  return Object.entries(choices).reduce((text, [word, key]) => tomlWithKey(text, word, key), toml);
}
