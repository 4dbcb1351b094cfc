/** Scrolling to a token in a text whose blocks have estimated heights until they are seen. */

/**
 * What brings an element into view, and keeps it there: blocks that come into view with it take their own height in
 * place of the estimate, which pushes the element out again. Whatever is asked for later wins; null asks for nothing.
 */
export function intoView(): (element: Element | null) => void {
  let wanted: Element | null = null;
  return (element) => {
    const scroll = (): void => {
      if (wanted === element) element?.scrollIntoView({ block: "nearest", inline: "nearest" });
    };
    wanted = element;
    scroll();
    // The first frame lays out what has come into view, the second one what that has moved there.
    if (element !== null) requestAnimationFrame(() => requestAnimationFrame(scroll));
  };
}
