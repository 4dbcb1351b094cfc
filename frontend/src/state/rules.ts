/** A run's text rules: which strings are padding, and where its system prompt ends. Display only; kept per run. */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { isString, isStrings, setting } from "../lib/storage";

export interface TextRules {
  pad: string[];
  system_end: string;
}

const NONE: TextRules = { pad: [], system_end: "" };

function isRules(value: unknown): value is TextRules {
  if (typeof value !== "object" || value === null) return false;
  const { pad, system_end } = value as Record<string, unknown>;
  return isStrings(pad) && isString(system_end);
}

const isAll = (value: unknown): value is Record<string, TextRules> =>
  typeof value === "object" && value !== null && Object.values(value).every(isRules);

const all = setting<Record<string, TextRules>>("text_rules", {}, isAll);

/** What the `rlboard.toml` of each run says; a reader's own rules count instead, also where they are empty. */
const given = signal<Record<string, TextRules>>({});

/** Takes over what the server says of its runs. */
export function giveRules(runs: readonly { run: string; text_rules: TextRules }[]): void {
  const said = Object.fromEntries(
    runs.filter(({ text_rules: rules }) => !same(rules, NONE)).map((one) => [one.run, one.text_rules]),
  );
  if (JSON.stringify(said) !== JSON.stringify(given.peek())) given.value = said;
}

const same = (one: TextRules, other: TextRules): boolean => JSON.stringify(one) === JSON.stringify(other);

const of = (rules: Record<string, TextRules>, run: string): TextRules | undefined =>
  Object.hasOwn(rules, run) ? rules[run] : undefined;

export function rulesOf(run: string): ReadonlySignal<TextRules> {
  return computed(() => of(all.value, run) ?? of(given.value, run) ?? NONE);
}

export function setRules(run: string, rules: TextRules): void {
  const { [run]: _, ...others } = all.value;
  const needless = same(rules, of(given.peek(), run) ?? NONE);
  all.value = needless ? others : { ...others, [run]: rules };
}
