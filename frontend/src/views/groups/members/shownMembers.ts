/** Keys for the members of the chosen group: while those of another one are still on screen, they wait for its own. */

import { useLayoutEffect } from "preact/hooks";
import type { Answer } from "../../../data/useAnswer";
import type { ChosenGroup } from "../chosenGroup";

/** How far what the address asks for has come: it is on screen, it failed, or something older is still there. */
export type Progress = "loading" | "shown" | "failed";

export function progressOf({ data, stale, error }: Answer<unknown>): Progress {
  if (data !== null && !stale) return "shown";
  return error === null ? "loading" : "failed";
}

/** Does something to the members on screen, which are those of the group; false where the key meant nothing. */
type MemberAction = (group: ChosenGroup) => boolean;

/** The group that is chosen, whether or not its members are there; null where none is. */
let chosen: ChosenGroup | null = null;
/** The group whose members were asked for last, and whether they came; null while they are on their way. */
let shown: { group: ChosenGroup; hasMembers: boolean } | null = null;
/** What waits for members, in the order of the keys. */
let waiting: MemberAction[] = [];

const isSame = (one: ChosenGroup, other: ChosenGroup): boolean =>
  one.key === other.key && one.step === other.step;

/** Whether the group is still the chosen one. */
export function isChosen(group: ChosenGroup): boolean {
  return chosen !== null && isSame(chosen, group);
}

/** Whether the members on screen are those of the group. */
export function areShown(group: ChosenGroup): boolean {
  return shown?.hasMembers === true && isSame(shown.group, group);
}

/**
 * Acts on the members of a group once they are on screen; false where they cannot be read.
 *
 * @param group The chosen one; null while the list is loading that says which one it is.
 */
export function withMembers(group: ChosenGroup | null, action: MemberAction): boolean {
  if (group !== null && shown !== null && isSame(shown.group, group))
    return shown.hasMembers && action(group);
  waiting.push(action);
  return true;
}

/** Forgets what waits: the reader went on to another group. */
export function stopWaiting(): void {
  waiting = [];
}

/** Takes how far the chosen group and its members have come; what has waited for them is done once they are there. */
export function useShownMembers(group: ChosenGroup, progress: Progress): void {
  useLayoutEffect(() => {
    chosen = group;
    shown = progress === "loading" ? null : { group, hasMembers: progress === "shown" };
    if (progress === "loading") return;
    const actions = waiting;
    waiting = [];
    if (progress === "shown") for (const action of actions) action(group);
  }, [group.key, group.step, progress]);
  useLayoutEffect(
    () => () => {
      chosen = null;
      shown = null;
      waiting = [];
    },
    [],
  );
}
