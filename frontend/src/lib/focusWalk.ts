/** Walking along elements of a kind by key. */

/**
 * Gives the focus to the element after (1) or before (-1) the focused one of those that match, in the order of the page;
 * to the first or the last where none has it. Null at the end, and where there are none.
 */
export function walkFocus(selector: string, by: 1 | -1): HTMLElement | null {
  const all = [...document.querySelectorAll<HTMLElement>(selector)];
  const at = all.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? all.at(by === 1 ? 0 : -1) : all[at + by];
  next?.focus({ preventScroll: true });
  return next ?? null;
}
