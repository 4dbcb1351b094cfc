import type { KeyMap } from "../../../state/keys";

/** Moves the focus to the next (+1) or previous (-1) chart; without a focused one, to the first or last. */
function moveChart(by: 1 | -1): boolean {
  const charts = [...document.querySelectorAll<HTMLElement>(".chart-curve")];
  const at = charts.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? charts.at(by === 1 ? 0 : -1) : charts[at + by];
  if (next === undefined) return false;
  next.focus({ preventScroll: true });
  next.closest("article")?.scrollIntoView({ block: "nearest" });
  return true;
}

/** Keys of the curves. Enter is the focused chart's own and listed here for the help only. */
export const curveKeys: KeyMap = {
  j: () => moveChart(1),
  k: () => moveChart(-1),
  Enter: () => false,
  "Shift+Enter": () => false,
};
