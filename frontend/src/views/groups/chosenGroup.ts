/** Which groups are listed, and which of them stands beside the list: all of it from the address. */

import {
  GROUP_KINDS,
  GROUP_SORTS,
  type GroupParameters,
  type GroupSort,
  type GroupsParameters,
} from "../../api/groups";
import type { Scope } from "../../api/parameters";
import { hasStepRange, listScope, runScope, sampleScope, sampleScopeOf, shownScope } from "../../data/scopes";
import { select, selection } from "../../state/selection";
import type { GroupRow } from "./groupRows";

/** Groups of one page of the list. */
export const PAGE_GROUPS = 100;

export function shownSort(): GroupSort {
  return GROUP_SORTS.find((sort) => sort === selection.value.groups_sort) ?? "weight";
}

/** The kinds that the list is narrowed to; empty for all. */
export function shownKinds(): string[] {
  const named = selection.value.kinds.split(",");
  return GROUP_KINDS.filter((kind) => named.includes(kind));
}

/** Narrows the list to these kinds; none is all. */
export function showKinds(kinds: readonly string[]): void {
  select({ kinds: kinds.join(",") });
}

/** The text column that tells groups apart; "" is none. */
export function shownBy(): string {
  return selection.value.groups_by;
}

/** The value of it that the list is narrowed to; "" is all. */
export function shownValue(): string {
  return shownBy() === "" ? "" : selection.value.groups_value;
}

/** Narrows the list to a value, or takes that back. */
export function showValue(value: string): void {
  select({ groups_value: shownValue() === value ? "" : value });
}

export function groupsParameters(offset: number): GroupsParameters {
  const { pad, system_end } = sampleScope.value;
  const rules = {
    ...(pad === undefined ? {} : { pad }),
    ...(system_end === undefined ? {} : { system_end }),
  };
  const by = shownBy() === "" ? {} : { by: shownBy() };
  const value = shownValue() === "" ? {} : { value: shownValue() };
  const shown = { ...rules, ...by, ...value, kinds: shownKinds(), sort: shownSort() };
  return { ...listScope.value, ...shown, offset, limit: PAGE_GROUPS };
}

/** What is asked for the lines of the values along all steps; null where groups are not told apart. */
export function linesParameters(): GroupsParameters | null {
  return shownBy() === "" ? null : { ...shownScope.value, by: shownBy(), sort: "logged", limit: 1 };
}

/** What identifies a group, and its prompt as far as it is known. */
export interface ChosenGroup {
  readonly key: string;
  readonly step: number;
  readonly prompt: string;
}

/** The place in the list of the group that the address names, else the first; -1 where it is not in the list. */
export function chosenAt(rows: readonly GroupRow[]): number {
  const named = namedGroup();
  if (named === null) return rows.length > 0 ? 0 : -1;
  return rows.findIndex(({ key, step }) => key === named.key && step === named.step);
}

/** The group beside the list: a link names one that may stand on another page of the list, or be of another kind. */
export function chosenGroup(rows: readonly GroupRow[]): ChosenGroup | undefined {
  return rows[chosenAt(rows)] ?? namedGroup() ?? undefined;
}

/**
 * What is asked for all of a group.
 *
 * @param listed What the list was asked with that names the group, which may be of the run before; null where the address does.
 */
export function groupParameters({ key, step }: ChosenGroup, listed: Scope | null): GroupParameters {
  const { split = "", attempt = null } = listed ?? runScope.value;
  const scope = listed === null ? sampleScope.value : sampleScopeOf(listed);
  return { ...scope, split, attempt, step, group: key };
}

/** The group that the address names; null where none is, or the steps have been walked on since. */
function namedGroup(): ChosenGroup | null {
  const { group, group_step, step } = selection.value;
  const at = group_step ?? step;
  if (group === "" || at === null || (at !== step && !hasStepRange.value)) return null;
  return { key: group, step: at, prompt: "" };
}

export function choose(row: GroupRow | undefined): void {
  if (row !== undefined) select({ group: row.key, group_step: row.step });
}
