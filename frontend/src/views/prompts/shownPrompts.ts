/** Which prompts are listed, and which of them is open: all of it from the address. */

import { PROMPT_LISTS, type PromptParameters, type PromptsParameters } from "../../api/prompts/answers";
import { hasStepRange, runScope, sampleScope, shownScope } from "../../data/scopes";
import { select, selection } from "../../state/selection";

/** Prompts of one page of the list. */
export const PAGE_PROMPTS = 50;
const FIRST_SORT = "reward_change";

/** The threshold that was typed; null is the server's choice. */
export function typedThreshold(): number | null {
  const { success } = selection.value;
  const value = Number(success);
  return success !== "" && Number.isFinite(value) ? value : null;
}

export function shownList(): string {
  return PROMPT_LISTS.find((list) => list === selection.value.list) ?? "";
}

export function shownSort(): { sort: string; order: "asc" | "desc" } {
  const { prompts_sort, prompts_order } = selection.value;
  return { sort: prompts_sort === "" ? FIRST_SORT : prompts_sort, order: prompts_order };
}

/** Sorts by a column: the highest first, and the other way round the next time. */
export function sortBy(column: string): void {
  const { sort, order } = shownSort();
  select({
    prompts_sort: column,
    prompts_order: sort === column && order === "desc" ? "asc" : "desc",
    prompts_offset: null,
  });
}

function textRules(): Pick<PromptsParameters, "pad" | "system_end"> {
  const { pad, system_end } = sampleScope.value;
  return { ...(pad === undefined ? {} : { pad }), ...(system_end === undefined ? {} : { system_end }) };
}

/** The whole training unless a range of steps is chosen: what became of a prompt needs more than one. */
export function promptsParameters(): PromptsParameters {
  const { step_min, step_max, prompts_by, prompt_kind, prompts_offset } = selection.value;
  return {
    ...shownScope.value,
    ...(hasStepRange.value ? { step_min, step_max } : {}),
    ...textRules(),
    threshold: typedThreshold(),
    status: shownList(),
    ...(prompts_by === "" ? {} : { by: prompts_by }),
    ...(prompt_kind === "" ? {} : { kind: prompt_kind }),
    ...shownSort(),
    offset: prompts_offset ?? 0,
    limit: PAGE_PROMPTS,
  };
}

/** What is asked of the open prompt; null where none is. */
export function promptParameters(): PromptParameters | null {
  const { prompt } = selection.value;
  if (prompt === null) return null;
  return { ...runScope.value, ...textRules(), prompt_key: prompt, threshold: typedThreshold() };
}

/** The prompt that was opened last, where the list takes up its walk again. */
let lastOpened = "";

/** Gives the focus back to the row of the prompt that was opened last, where nothing else on the page has it. */
export function focusLastOpened(place: HTMLElement | null): void {
  const active = document.activeElement;
  if (lastOpened === "" || (active !== document.body && active !== place)) return;
  const rows = [...document.querySelectorAll<HTMLElement>(".prompt-open")];
  rows.find((row) => row.dataset["key"] === lastOpened)?.focus();
  lastOpened = "";
}

export function openPrompt(prompt_key: string): void {
  lastOpened = prompt_key;
  select({ view: "prompts", prompt: prompt_key, side_a: "", side_b: "", sample: null }, "push");
}

export function closePrompt(): boolean {
  if (selection.peek().prompt === null) return false;
  select({ prompt: null }, "push");
  return true;
}
