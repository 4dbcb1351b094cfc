/** A run's text rules: which strings are padding, and where its system prompt ends. Display only; kept per run. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { isString, isStrings, setting } from "./settings";

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

export function rulesOf(run: string): ReadonlySignal<TextRules> {
  return computed(() => (Object.hasOwn(all.value, run) ? all.value[run] : undefined) ?? NONE);
}

export function setRules(run: string, rules: TextRules): void {
  const { [run]: _, ...others } = all.value;
  const empty = rules.pad.length === 0 && rules.system_end === "";
  all.value = empty ? others : { ...others, [run]: rules };
}
