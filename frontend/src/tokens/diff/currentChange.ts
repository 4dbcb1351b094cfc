/** The change that the reader has walked to, and the focus, in rows that are made anew under them. */

/** Marks the pieces of one change as the current one, and no others; -1 is none. */
export function markChange(root: Element, change: number): void {
  for (const other of root.querySelectorAll("[data-current]")) other.removeAttribute("data-current");
  root.querySelector(`[data-change="${change}"]`)?.setAttribute("data-current", "");
}

/** Gives an element other children: the end of a move that had the focus has it again, the current change its mark. */
export function replaceRow(element: Element, children: readonly Node[], change: number): void {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const jumps = [...element.querySelectorAll(".diff-jump")];
  element.replaceChildren(...children);
  markChange(element, change);
  const again = focused === null ? undefined : element.querySelectorAll(".diff-jump")[jumps.indexOf(focused)];
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
}
