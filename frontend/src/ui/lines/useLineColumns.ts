import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { lettersIn } from "../../lib/singleLine";

/**
 * How many letters of a list's lines are seen, whatever the width of the window.
 *
 * @param list The list.
 * @param line Selects one of its lines, whose width must not depend on what stands in it.
 * @param usual Until the list is laid out, and where the browser cannot tell.
 */
export function useLineColumns(list: RefObject<HTMLElement | null>, line: string, usual: number): number {
  const [columns, setColumns] = useState(usual);
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null || typeof ResizeObserver === "undefined") return undefined;
    // Told after a layout and before the page is painted: nobody sees the lines change.
    const size = new ResizeObserver(() => {
      const width = element.querySelector(line)?.clientWidth ?? 0;
      if (width > 0) setColumns(lettersIn(width));
    });
    size.observe(element);
    return () => size.disconnect();
  }, []);
  return columns;
}
