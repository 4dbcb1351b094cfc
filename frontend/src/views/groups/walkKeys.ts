/** The keys of the view: along the groups, along the members of one, and into a member. */

import { wholeGroup } from "../../data/questions/groups";
import { moveSample } from "../../data/sampleWalk";
import { walkFocus } from "../../lib/focusWalk";
import type { KeyMap } from "../../state/keys";
import { select, selection } from "../../state/selection";
import { type ChosenGroup, choose, chosenGroup, groupParameters } from "./chosenGroup";
import type { GroupRow } from "./groupRows";
import { memberStepper } from "./members/memberChoice";
import { areShown, isChosen, type Progress, stopWaiting, withMembers } from "./members/shownMembers";

/** With a sample open, j and k walk the members of its group. */
function walkGroups(rows: readonly GroupRow[], at: number, by: 1 | -1): boolean {
  if (selection.peek().sample !== null) {
    void moveSample(by);
    return true;
  }
  stopWaiting();
  const next = Math.min(rows.length - 1, Math.max(0, at + by));
  choose(rows[next]);
  document.querySelectorAll(".group-item")[next]?.scrollIntoView({ block: "nearest" });
  return true;
}

/** Moves the focus to the next (1) or previous (−1) member. */
function walkMembers(by: 1 | -1): boolean {
  const member = walkFocus(".group-open", by);
  member?.closest("li")?.scrollIntoView({ block: "nearest" });
  return member !== null;
}

/** Opens the best member of a group, unless the reader has gone on by then. */
function openBest(group: ChosenGroup): boolean {
  bestOf(group).then(
    (id) => {
      if (id !== undefined && selection.peek().sample === null && isChosen(group))
        select({ sample: id, step: group.step }, "push");
    },
    () => undefined, // what cannot be read is said beside the list
  );
  return true;
}

/** The id of a group's best member. Asked, for what is on screen may still be the group before. */
async function bestOf(group: ChosenGroup): Promise<string | undefined> {
  const answer = await wholeGroup.fetch(groupParameters(group, null), undefined, {
    place: "best of a group",
  });
  const [best] = answer.members["id"] ?? [];
  return best === undefined ? undefined : String(best);
}

/** Takes the focused member into the comparison, or out of it. */
function compareFocused(): boolean {
  const compare = document.activeElement
    ?.closest("li.group-member")
    ?.querySelector<HTMLElement>("[data-testid=member-compare]");
  compare?.click();
  return compare !== null && compare !== undefined;
}

/**
 * The handlers of the keys.
 *
 * @param rows The groups of the list.
 * @param at The place of the chosen one among them; -1 where it is not there.
 * @param list Whether the rows are those that the address asks for, or still older ones.
 */
export function walkKeys(rows: readonly GroupRow[], at: number, list: Progress): KeyMap {
  /** The chosen group; null while the list is loading that says which one it is, undefined where no key has a use. */
  const chosen = (): ChosenGroup | null | undefined => {
    if (selection.peek().sample !== null || list === "failed") return undefined;
    return list === "loading" ? null : chosenGroup(rows);
  };
  const onMembers = (action: () => boolean) => (): boolean => {
    const group = chosen();
    return group !== undefined && withMembers(group, action);
  };
  return {
    j: () => walkGroups(rows, at, 1),
    k: () => walkGroups(rows, at, -1),
    l: onMembers(() => walkMembers(1)),
    h: onMembers(() => walkMembers(-1)),
    d: onMembers(compareFocused),
    n: onMembers(() => memberStepper.current?.(1) ?? false),
    N: onMembers(() => memberStepper.current?.(-1) ?? false),
    Enter: ({ target }) => {
      const group = chosen();
      if (group === undefined || hasOwnUse(target as HTMLElement, group)) return false;
      return group === null ? withMembers(null, openBest) : openBest(group);
    },
  };
}

/** Whether an element has a use of its own for Enter; none does of a group whose place another one takes. */
function hasOwnUse(element: HTMLElement, group: ChosenGroup | null): boolean {
  const isOld = element.closest(".group-details") !== null && (group === null || !areShown(group));
  return !isOld && element.closest("button, a, summary, .token-text") !== null;
}
