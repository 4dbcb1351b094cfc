/** A table of any length of which only the rows on screen are drawn. Rows may still be loading. */

// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned by hand, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and points at the active row

import type { JSX, RefObject } from "preact";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { maxRows } from "../../lib/rowWindow";
import { adoptStyles } from "../styles";
import type { Column, Order } from "./columns";
import { TableHead } from "./TableHead";
import { TableRow } from "./TableRow";
import css from "./table.css?inline";
import { useRowsByFrames } from "./useRowsByFrames";
import { useTableScroll } from "./useTableScroll";

export interface VirtualTableProps<R> {
  label: string;
  columns: readonly Column<R>[];
  total: number;
  /** The row at an index; undefined while it is loading. */
  row: (index: number) => R | undefined;
  id: (row: R) => string;
  /** The open row, -1 for none; when it changes it is scrolled into view. */
  open: number;
  onOpen: (index: number) => void;
  /** The row that the arrow keys stand on, -1 until a key was pressed. */
  active: number;
  onActive: (index: number) => void;
  sort: string;
  order: Order;
  onSort: (name: string, order: Order) => void;
  /** Called with the rows on screen: `first` to before `last`. */
  onVisible: (first: number, last: number) => void;
  onResize?: (name: string, width: number) => void;
  /** Identifies what is listed: when it changes, the table scrolls back to the top. */
  question: string;
  stale?: boolean;
  rowTestId?: string;
  /** Where the focus goes for the arrow keys to work. */
  focusTarget?: RefObject<HTMLDivElement | null>;
}

export function VirtualTable<R>(props: VirtualTableProps<R>): JSX.Element {
  adoptStyles(css);
  const own = useRef<HTMLDivElement>(null);
  const grid = props.focusTarget ?? own;
  const prefix = useId();
  const { total, open, active } = props;
  const { shown, viewport, onScroll, scroll, reveal } = useTableScroll(grid, total);
  const drawnRows = useRowsByFrames(shown, props.question, props.row);
  useLayoutEffect(() => {
    if (open < 0) return;
    props.onActive(open);
    reveal(open);
  }, [open]);
  useLayoutEffect(() => {
    if (active >= 0) reveal(active);
  }, [active]);
  const asked = useRef(props.question);
  useLayoutEffect(() => {
    if (asked.current === props.question) return;
    asked.current = props.question;
    scroll(0);
    props.onActive(open >= 0 ? open : Math.min(active, 0));
  }, [props.question]);
  useEffect(() => props.onVisible(shown.first, shown.last), [shown.first, shown.last, total, props.question]);

  const goTo = (row: number): void => {
    props.onActive(Math.min(total - 1, Math.max(0, row)));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== grid.current || event.ctrlKey || event.metaKey || event.altKey || total === 0)
      return;
    if (event.key === "ArrowDown") goTo(active + 1);
    else if (event.key === "ArrowUp") goTo(active - 1);
    else if (event.key === "Home") goTo(0);
    else if (event.key === "End") goTo(total - 1);
    else if (event.key === "Enter" && active >= 0) props.onOpen(active);
    else return;
    event.preventDefault();
  };

  const rows: JSX.Element[] = [];
  const elements = maxRows(viewport);
  for (let index = shown.first; index < shown.last; index += 1) {
    const row = drawnRows.get(index);
    rows.push(
      <TableRow
        key={index % elements}
        id={`${prefix}-${index}`}
        index={index}
        row={row}
        columns={props.columns}
        dataId={row === undefined ? undefined : props.id(row)}
        testId={props.rowTestId}
        open={index === open}
        active={index === active}
        onOpen={props.onOpen}
      />,
    );
  }
  const width = props.columns.reduce((sum, column) => sum + column.width, 0);
  const drawn = active >= shown.first && active < shown.last;
  return (
    <div
      role="grid"
      class={`grid${props.stale ? " stale" : ""}`}
      ref={grid}
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={total + 1}
      aria-colcount={props.columns.length}
      aria-busy={props.stale === true}
      aria-activedescendant={drawn ? `${prefix}-${active}` : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" class="heads" style={{ width: `${width}px` }}>
        <TableHead
          columns={props.columns as readonly Column<never>[]}
          sort={props.sort}
          order={props.order}
          onSort={props.onSort}
          onResize={props.onResize}
        />
      </div>
      <div role="rowgroup" class="rows" style={{ width: `${width}px`, height: `${shown.height}px` }}>
        <div role="presentation" style={{ transform: `translateY(${shown.offset}px)` }}>
          {rows}
        </div>
      </div>
    </div>
  );
}
