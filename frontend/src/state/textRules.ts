/** A run's text rules: which strings are padding, and where its system prompt ends. Display only; kept per run. */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { isString, isStrings, storedSignal } from "../lib/storage";

/** What is cut from the shown texts of a run. */
export interface TextRules {
  /** Padding strings that are left out. */
  pad: string[];
  /** Text that ends the system prompt; what stands before it is left out. */
  system_end: string;
}

type RulesByRun = Record<string, TextRules>;

const NONE: TextRules = { pad: [], system_end: "" };

function isRules(value: unknown): value is TextRules {
  if (typeof value !== "object" || value === null) return false;
  const { pad, system_end } = value as Record<string, unknown>;
  return isStrings(pad) && isString(system_end);
}

const isRulesByRun = (value: unknown): value is RulesByRun =>
  typeof value === "object" && value !== null && Object.values(value).every(isRules);

/** What the reader set, also where that is empty: it counts instead of the configured rules. */
const readersRules = storedSignal<RulesByRun>("text_rules", {}, isRulesByRun);

/** What the `rlboard.toml` of each run says. */
const configuredRules = signal<RulesByRun>({});

/** Takes over what the server says of its runs. */
export function setConfiguredRules(runs: readonly { run: string; text_rules: TextRules }[]): void {
  const rules = Object.fromEntries(
    runs.filter(({ text_rules }) => !isSame(text_rules, NONE)).map((info) => [info.run, info.text_rules]),
  );
  if (JSON.stringify(rules) !== JSON.stringify(configuredRules.peek())) configuredRules.value = rules;
}

const isSame = (one: TextRules, other: TextRules): boolean => JSON.stringify(one) === JSON.stringify(other);

const ruleOf = (rules: RulesByRun, run: string): TextRules | undefined =>
  Object.hasOwn(rules, run) ? rules[run] : undefined;

/** The rules that count for a run. */
export function textRulesOf(run: string): ReadonlySignal<TextRules> {
  return computed(() => ruleOf(readersRules.value, run) ?? ruleOf(configuredRules.value, run) ?? NONE);
}

/** Sets the reader's rules for a run; those that say what is configured anyway are not stored. */
export function setTextRules(run: string, rules: TextRules): void {
  const { [run]: _, ...others } = readersRules.value;
  const isConfigured = isSame(rules, ruleOf(configuredRules.peek(), run) ?? NONE);
  readersRules.value = isConfigured ? others : { ...others, [run]: rules };
}
