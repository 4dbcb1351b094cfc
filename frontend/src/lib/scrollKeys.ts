/**
 * Keys that scroll. A browser scrolls what the focus is in: the focus of a view is on its pane, around what is scrolled,
 * and PageDown would do nothing there.
 */

/** Of its height, what a page goes on by; the rest stays on screen, to read on from. */
const PAGE = 0.9;
const LINE_PX = 40;

/** How far a key scrolls, in px. */
const DISTANCES: Readonly<Record<string, (of: HTMLElement) => number>> = {
  PageDown: ({ clientHeight }) => PAGE * clientHeight,
  PageUp: ({ clientHeight }) => -PAGE * clientHeight,
  ArrowDown: () => LINE_PX,
  ArrowUp: () => -LINE_PX,
  End: ({ scrollHeight }) => scrollHeight,
  Home: ({ scrollHeight }) => -scrollHeight,
};

/** Where keys have a meaning of their own. */
const OTHERS =
  "input, select, textarea, dialog, [popover], [contenteditable], [role=slider], [role=separator]";

function isScrolled(element: HTMLElement): boolean {
  return (
    element.scrollHeight > element.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(element).overflowY)
  );
}

/** The largest part of a pane that is scrolled, of those that lie least deep. */
function scrollerIn(pane: HTMLElement): HTMLElement | undefined {
  const height = (element: HTMLElement): number => element.clientHeight * element.clientWidth;
  for (let level = [pane]; level.length > 0; ) {
    const scrolled = level.filter(isScrolled);
    if (scrolled.length > 0) return scrolled.toSorted((one, other) => height(other) - height(one))[0];
    level = level.flatMap(({ children }) => [...children].filter((child) => child instanceof HTMLElement));
  }
  return undefined;
}

/** Scrolls a pane, unless somebody else has taken the key or the browser scrolls what the focus is in. */
export function scrollByKey(event: KeyboardEvent, pane: HTMLElement | null): void {
  const { target, key, defaultPrevented, altKey, ctrlKey, metaKey, shiftKey } = event;
  if (defaultPrevented || altKey || ctrlKey || metaKey || shiftKey || !Object.hasOwn(DISTANCES, key)) return;
  if (!(target instanceof HTMLElement) || target.closest(OTHERS) !== null) return;
  for (let around: HTMLElement | null = target; around !== null; around = around.parentElement)
    if (isScrolled(around)) return;
  const scroller = pane === null ? undefined : scrollerIn(pane);
  if (scroller === undefined) return;
  event.preventDefault();
  scroller.scrollTop += DISTANCES[key]?.(scroller) ?? 0;
}
