/** The keys of the view: along the groups, along the members of one, and into a member. */

import { moveSample } from "../../data/sampleWalk";
import { walkFocus } from "../../lib/focusWalk";
import type { KeyMap } from "../../state/keys";
import { selection } from "../../state/selection";
import { choose } from "./chosenGroup";
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

/** Opens the best member, unless the focus is on something that has a use for the key. */
function openBest(target: HTMLElement): boolean {
  if (selection.peek().sample !== null || target.closest("button, a, summary, .token-text") !== null)
    return false;
  const best = document.querySelector<HTMLElement>(".group-open");
  best?.click();
  return best !== null;
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
    Enter: ({ target }) => openBest(target as HTMLElement),
  };
}
