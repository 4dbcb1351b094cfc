import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** What lies within so many pixels of the lower edge shows less than a line of text. */
const EDGE_PX = 24;
/** After so long without a change what is out of sight is drawn, too: who listens to the page or searches it finds it true. */
const REST_MS = 500;

export interface DrawnInSightProps {
  children: () => JSX.Element;
  /** Of the box around the content. */
  class?: string;
  /** Within so many pixels of the lower edge nothing of the content can be read yet. */
  edge?: number;
}

/**
 * Draws its content at once where it is in sight; else when nothing has changed for a moment, so that walking the steps
 * does not draw what nobody sees. What comes into sight is drawn with the next frame.
 */
export function DrawnInSight({ children, edge = EDGE_PX, ...box }: DrawnInSightProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  // Where the browser cannot tell, everything counts as in sight.
  const [isInSight, setInSight] = useState(typeof IntersectionObserver === "undefined");
  const [, drawAgain] = useState(0);
  const drawn = useRef<JSX.Element | null>(null);
  const isDue = useRef(true);
  useLayoutEffect(() => {
    if (host.current === null || typeof IntersectionObserver === "undefined") return undefined;
    const sight = new IntersectionObserver(
      (entries) => setInSight((before) => entries.at(-1)?.isIntersecting ?? before),
      { rootMargin: `0px 0px -${edge}px 0px` },
    );
    sight.observe(host.current);
    return () => sight.disconnect();
  }, []);
  const isDrawn = isInSight || isDue.current;
  // The same element as before is not even compared.
  if (isDrawn || drawn.current === null) drawn.current = children();
  isDue.current = false;
  useEffect(() => {
    if (isDrawn) return undefined;
    const timer = setTimeout(() => {
      isDue.current = true;
      drawAgain((times) => times + 1);
    }, REST_MS);
    return () => clearTimeout(timer);
  });
  return (
    <div ref={host} class={box.class}>
      {drawn.current}
    </div>
  );
}
