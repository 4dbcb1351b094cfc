import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { watchVisibleWidth } from "./visibleWidth";

/** The width of an element in whole CSS pixels; 0 until it is known, and the last one while the tab is hidden. */
export function useWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!ref.current) return;
    return watchVisibleWidth(ref.current, (now) => {
      if (now > 0) setWidth(now);
    });
  }, [ref]);
  return width;
}
