/** The keys of the view: along the groups, along the members of one, and into a member. */

import { wholeGroup } from "../../data/questions/groups";
import { moveSample } from "../../data/sampleWalk";
import { walkFocus } from "../../lib/focusWalk";
import type { KeyMap } from "../../state/keys";
import { select, selection } from "../../state/selection";
import { type ChosenGroup, choose, chosenGroup, groupParameters } from "./chosenGroup";
import type { GroupRow } from "./groupRows";
import { memberStepper } from "./members/memberChoice";

/** With a sample open, j and k walk the members of its group. */
function walkGroups(rows: readonly GroupRow[], at: number, by: 1 | -1): boolean {
  if (selection.peek().sample !== null) {
    void moveSample(by);
    return true;
  }
  const next = Math.min(rows.length - 1, Math.max(0, at + by));
  choose(rows[next]);
  document.querySelectorAll(".group-item")[next]?.scrollIntoView({ block: "nearest" });
  return true;
}

/** Moves the focus to the next (1) or previous (−1) member. */
function walkMembers(by: 1 | -1): boolean {
  if (selection.peek().sample !== null) return false;
  const member = walkFocus(".group-open", by);
  member?.closest("li")?.scrollIntoView({ block: "nearest" });
  return member !== null;
}

/** Opens the best member of the chosen group, unless the focus is on something that has a use for the key. */
function openBest(rows: readonly GroupRow[], target: HTMLElement): boolean {
  if (selection.peek().sample !== null || target.closest("button, a, summary, .token-text") !== null)
    return false;
  const group = chosenGroup(rows);
  if (group === undefined) return false;
  bestOf(group).then(
    (id) => {
      const [now, { sample }] = [chosenGroup(rows), selection.peek()];
      if (id !== undefined && sample === null && now?.key === group.key && now.step === group.step)
        select({ sample: id, step: group.step }, "push");
    },
    () => undefined, // what cannot be read is said beside the list
  );
  return true;
}

/** The id of a group's best member. Asked, for what is on screen may still be the group before. */
async function bestOf(group: ChosenGroup): Promise<string | undefined> {
  const answer = await wholeGroup.fetch(groupParameters(group), undefined, { place: "best of a group" });
  const [best] = answer.members["id"] ?? [];
  return best === undefined ? undefined : String(best);
}

/** Takes the focused member into the comparison, or out of it. */
function compareFocused(target: HTMLElement): boolean {
  if (selection.peek().sample !== null) return false;
  const compare = target
    .closest("li.group-member")
    ?.querySelector<HTMLElement>("[data-testid=member-compare]");
  compare?.click();
  return compare !== null && compare !== undefined;
}

const stepChange = (by: 1 | -1): boolean =>
  selection.peek().sample === null && (memberStepper.current?.(by) ?? false);

export function walkKeys(rows: readonly GroupRow[], at: number): KeyMap {
  return {
    j: () => walkGroups(rows, at, 1),
    k: () => walkGroups(rows, at, -1),
    l: () => walkMembers(1),
    h: () => walkMembers(-1),
    d: ({ target }) => compareFocused(target as HTMLElement),
    n: () => stepChange(1),
    N: () => stepChange(-1),
    Enter: ({ target }) => openBest(rows, target as HTMLElement),
  };
}
