import { walkFocus } from "../../lib/focusWalk";
import type { KeyMap } from "../../state/keys";

/** Moves the focus to the token of the next (+1) or previous (-1) row. */
function moveRow(by: 1 | -1): boolean {
  const place = walkFocus(".worst-place", by);
  place?.closest("tr")?.scrollIntoView({ block: "nearest" });
  return place !== null;
}

/** Keys of the list. Enter is the focused row's own and listed here for the help only. */
export const rowKeys: KeyMap = { j: () => moveRow(1), k: () => moveRow(-1), Enter: () => false };
