/** Which members of a group are compared: one or two of them, as the address has it. */

import { select, selection } from "../../../state/selection";

/** Those of the address that are members of the group, in the order in which they were chosen. */
export function comparedMembers(members: readonly string[]): string[] {
  return selection.value.group_diff.split(",").filter((id) => members.includes(id));
}

/** Takes a member into the comparison, or out of it; a third takes the place of the first. */
export function compareMember(id: string, members: readonly string[]): void {
  const chosen = comparedMembers(members);
  const next = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id].slice(-2);
  select({ group_diff: next.join(",") });
}

/** Goes to the next or previous change; null while no comparison is on screen. */
export const memberStepper: { current: ((direction: 1 | -1) => boolean) | null } = { current: null };
