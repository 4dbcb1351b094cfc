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
  // Where the browser cannot tell, everything counts as in sight.
  let near = typeof IntersectionObserver === "undefined";
  const report = () => {
    const width = Math.floor(element.clientWidth);
    onChange(width, near && width > 0 && window.innerHeight > 0);
  };
  const size = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(report);
  const sight = near
    ? null
    : new IntersectionObserver(
        (entries) => {
          near = entries.at(-1)?.isIntersecting ?? near;
          report();
        },
        { rootMargin: "200px" },
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
