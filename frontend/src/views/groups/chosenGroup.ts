/** Which groups are listed, and which of them stands beside the list: all of it from the address. */

import { GROUP_KINDS, GROUP_SORTS, type GroupSort, type GroupsParameters } from "../../api/groups";
import { listScope, sampleScope } from "../../data/scopes";
import { select, selection } from "../../state/selection";
import type { GroupRow } from "./groupRows";

/** Groups of one page of the list. */
export const PAGE = 100;

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

export function groupsParameters(offset: number): GroupsParameters {
  const { pad, system_end } = sampleScope.value;
  const rules = {
    ...(pad === undefined ? {} : { pad }),
    ...(system_end === undefined ? {} : { system_end }),
  };
  return { ...listScope.value, ...rules, kinds: shownKinds(), sort: shownSort(), offset, limit: PAGE };
}

/** The place of the chosen group in the list: that of the address, else the first; -1 in an empty list. */
export function chosenAt(rows: readonly GroupRow[]): number {
  const { group, group_step } = selection.value;
  const at = rows.findIndex(({ key, step }) => key === group && (group_step === null || step === group_step));
  return at < 0 && rows.length > 0 ? 0 : at;
}

export function choose(row: GroupRow | undefined): void {
  if (row !== undefined) select({ group: row.key, group_step: row.step });
}
