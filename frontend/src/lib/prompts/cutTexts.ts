/** Texts that are cut themselves, with "…" before what is there: they begin anywhere in what all begin with. */

export const CUT = "…";
/** So many characters find a shared beginning again in a text whose own beginning is cut. */
const MARK = { least: 16, most: 40 } as const;

/**
 * Of texts that are cut themselves, and so begin anywhere in what they share: from where the others begin, too. The text
 * that has least of the shared part says where.
 */
export function alignCut(lines: readonly string[]): string[] {
  const marks = lines
    .filter((line) => line.startsWith(CUT))
    .slice(0, MARK.most)
    .map((line) => line.slice(1, 1 + MARK.least));
  const aligned = lines.map((line) => {
    if (!line.startsWith(CUT)) return line;
    const from = Math.max(0, ...marks.map((mark) => (mark.length < MARK.least ? -1 : line.indexOf(mark, 2))));
    return from > 0 ? CUT + line.slice(from) : line;
  });
  return [...new Set(aligned)];
}

/** Where a shared beginning ends in a line, 0 where it does not begin so. */
export function endOf(beginning: string, line: string, isCut: boolean): number {
  if (line.startsWith(beginning)) return beginning.length;
  if (!isCut && !beginning.startsWith(CUT)) return 0;
  const mark = beginning.slice(1).slice(-MARK.most);
  const at = mark.length < MARK.least ? -1 : line.indexOf(mark);
  return at < 0 ? 0 : at + mark.length;
}
