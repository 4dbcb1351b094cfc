/** Which elements of a long text are about to be seen. */

/** How far outside of the viewport an element counts as near. */
const MARGIN = "400px";

/** After so long nothing is seen that was not seen at first. */
const REST_MS = 500;

/** Begins when the reader rests or scrolls: what is seen at first need not be looked for. Returns what stops it. */
export function whenScrolledOrAtRest(scroller: Element | null, begin: () => () => void): () => void {
  let stop: (() => void) | null = null;
  const target = scroller ?? document;
  const start = (): void => {
    cancel();
    stop = begin();
  };
  const timer = setTimeout(start, REST_MS);
  const cancel = (): void => {
    clearTimeout(timer);
    target.removeEventListener("scroll", start);
  };
  target.addEventListener("scroll", start, { passive: true });
  return () => {
    cancel();
    stop?.();
  };
}

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
