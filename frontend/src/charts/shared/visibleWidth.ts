/** So many pixels above and below the window count as in sight. */
const NEAR_PX = 200;

function isNear(element: HTMLElement): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > -NEAR_PX && top < window.innerHeight + NEAR_PX;
}

/**
 * Tells when an element has a size and is in sight, and its width whenever that changes.
 *
 * TensorBoard hides a tab by giving its frame no height: nothing is laid out then, and what was asked for
 * meanwhile is done when the tab is shown again.
 */
export function watchVisibleWidth(
  element: HTMLElement,
  onChange: (width: number, inSight: boolean) => void,
): () => void {
  // Where the browser cannot tell, everything counts as in sight. It tells after a frame: the first look is our own.
  let near = typeof IntersectionObserver === "undefined" || isNear(element);
  const report = () => {
    const width = Math.floor(element.clientWidth);
    onChange(width, near && width > 0 && window.innerHeight > 0);
  };
  const size = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(report);
  const sight =
    typeof IntersectionObserver === "undefined"
      ? null
      : new IntersectionObserver(
          (entries) => {
            near = entries.at(-1)?.isIntersecting ?? near;
            report();
          },
          { rootMargin: `${NEAR_PX}px` },
        );
  size?.observe(element);
  sight?.observe(element);
  window.addEventListener("resize", report);
  report();
  return () => {
    size?.disconnect();
    sight?.disconnect();
    window.removeEventListener("resize", report);
  };
}
