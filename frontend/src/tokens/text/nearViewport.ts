/** Which elements of a long text are about to be seen. */

/** How far outside of the viewport an element counts as near. */
const MARGIN = "400px";

/**
 * Reports every element that comes near the viewport of `scroller` (of the page where it is null) or leaves it.
 *
 * @returns What stops it.
 */
export function watchNearViewport(
  elements: readonly Element[],
  scroller: Element | null,
  onChange: (index: number, near: boolean) => void,
): () => void {
  // Without an observer (tests, very old browsers) everything counts as near.
  if (typeof IntersectionObserver === "undefined") {
    elements.forEach((_, index) => void onChange(index, true));
    return () => undefined;
  }
  const indices = new Map(elements.map((element, index) => [element, index]));
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const index = indices.get(entry.target);
        if (index !== undefined) onChange(index, entry.isIntersecting);
      }
    },
    { root: scroller, rootMargin: MARGIN },
  );
  for (const element of elements) observer.observe(element);
  return () => observer.disconnect();
}
