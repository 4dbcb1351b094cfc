import { walkFocus } from "../../../lib/focusWalk";
import type { KeyMap } from "../../../state/keys";

/** Moves the focus to the next (+1) or previous (-1) chart. */
function moveChart(by: 1 | -1): boolean {
  const chart = walkFocus(".chart-curve", by);
  chart?.closest("article")?.scrollIntoView({ block: "nearest" });
  return chart !== null;
}

/** Keys of the curves. Enter is the focused chart's own and listed here for the help only. */
export const curveKeys: KeyMap = {
  j: () => moveChart(1),
  k: () => moveChart(-1),
  Enter: () => false,
  "Shift+Enter": () => false,
};
