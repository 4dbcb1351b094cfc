/** The prompts of the table: each line begins where its prompt parts from what many of those listed begin with. */

import { signal } from "@preact/signals";
import { cellOf, type Row } from "../../../data/questions/sampleList";
import { distinctLine, sharedParts } from "../../../lib/prompts/distinctLines";

/** The prompts of so many rows are compared: more would be felt at every page that arrives. */
const MAX_ROWS = 400;

/** The different prompts of the first rows. */
const listedPrompts = signal<readonly string[]>([]);

/** Tells the prompts of these rows apart from now on. */
export function tellPromptsApart(rows: readonly (Row | undefined)[]): void {
  const prompts = new Set<string>();
  for (const row of rows.slice(0, MAX_ROWS)) {
    const prompt = row === undefined ? null : cellOf(row, "prompt");
    if (typeof prompt === "string") prompts.add(prompt);
  }
  const before = listedPrompts.peek();
  if (prompts.size === before.length && before.every((prompt) => prompts.has(prompt))) return;
  listedPrompts.value = [...prompts];
}

/** A prompt's line, for a cell in which so many letters are seen. */
export function promptLine(columns: number): (prompt: string) => string {
  const parts = sharedParts(listedPrompts.value, columns);
  return (prompt) => distinctLine(prompt, parts);
}
