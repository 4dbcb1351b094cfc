/** Where a table is scrolled to, and which of its rows are on screen. */

import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ROW_HEIGHT, type RowWindow, rowWindow, scrollTo } from "../../lib/rowWindow";

export interface TableScroll {
  shown: RowWindow;
  /** How high the room for rows is, in px. */
  viewport: number;
  onScroll: (event: { currentTarget: HTMLElement }) => void;
  /** Scrolls to a place, in px from the top. */
  scroll: (to: number) => void;
  /** Scrolls as little as shows a row whole. */
  reveal: (row: number) => void;
}

/**
 * Follows the scrolling of a table of `total` rows below one row of heads.
 *
 * The place is remembered and not asked of the element: asking it while rows are being changed would lay out the whole
 * page once more.
 */
export function useTableScroll(grid: RefObject<HTMLElement | null>, total: number): TableScroll {
  const [scrolled, setScrolled] = useState(0);
  const [viewport, setViewport] = useState(480);
  const place = useRef(0);
  const shown = rowWindow(scrolled, viewport, total);

  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null || typeof ResizeObserver === "undefined") return undefined;
    const observer = new ResizeObserver(() => {
      // A hidden tab has no height: keep the rows that are there.
      if (element.clientHeight > ROW_HEIGHT) setViewport(element.clientHeight - ROW_HEIGHT);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const scroll = (to: number): void => {
    if (grid.current === null || to === place.current) return;
    grid.current.scrollTop = to;
    place.current = to;
  };
  return {
    shown,
    viewport,
    scroll,
    reveal: (row) => scroll(scrollTo(row, place.current, viewport, total)),
    onScroll: ({ currentTarget }) => {
      currentTarget.toggleAttribute("data-sideways", currentTarget.scrollLeft > 0);
      // The browser keeps it within what there is to scroll, and changes it where rows have gone.
      place.current = currentTarget.scrollTop;
      setScrolled(place.current);
    },
  };
}
