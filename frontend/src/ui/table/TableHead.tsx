/** The head of a `VirtualTable`: sorting by click and keyboard, widths by dragging. */

// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned by hand, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and points at the active row

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { type Column, cellLooks, nextSort, type Order } from "./columns";

const MIN_WIDTH_PX = 40;

export interface TableHeadProps {
  columns: readonly Column<never>[];
  sort: string;
  order: Order;
  onSort: (name: string, order: Order) => void;
  onResize?: ((name: string, width: number) => void) | undefined;
}

function drag(start: PointerEvent, from: number, resize: (width: number) => void): void {
  start.preventDefault();
  const control = new AbortController();
  const { signal } = control;
  const move = (event: PointerEvent): void =>
    resize(Math.max(MIN_WIDTH_PX, from + event.clientX - start.clientX));
  document.addEventListener("pointermove", move, { signal });
  document.addEventListener("pointerup", () => control.abort(), { signal });
  document.addEventListener("pointercancel", () => control.abort(), { signal });
}

const NEXT_WORDS = {
  start: { asc: "samples.sort_next.text.asc", desc: "samples.sort_next.text.desc" },
  end: { asc: "samples.sort_next.number.asc", desc: "samples.sort_next.number.desc" },
} as const;

/** What the column is, and the order that a click leads to. */
function headHint(column: Column<never>, sort: string, order: Order): string {
  const about = column.hint ?? column.title;
  if (column.sortable === false) return about;
  const next = nextSort(column, sort, order);
  const words = NEXT_WORDS[column.align ?? "start"][next.order];
  return `${about}\n${t(next.name === "" ? "samples.sort_next.none" : words)}`;
}

/** Its sign is the style sheet's: what is read of the head are its words. */
function SortSign({ state }: { state: "ascending" | "descending" | "none" }): JSX.Element {
  return <span class="sort-sign" data-state={state} aria-hidden="true" />;
}

export function TableHead(props: TableHeadProps): JSX.Element {
  const { columns, sort, order } = props;
  const [focused, setFocused] = useState(0);
  // One stop for the Tab key; the arrows walk from head to head.
  const onKeyDown = (event: KeyboardEvent, at: number): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = Math.min(columns.length - 1, Math.max(0, at + by));
    if (by === 0) return;
    event.preventDefault();
    setFocused(next);
    const heads = (event.currentTarget as HTMLElement).closest("[role=row]")?.querySelectorAll("button");
    heads?.[next]?.focus();
  };
  return (
    <div role="row" class="head" aria-rowindex={1}>
      {columns.map((column, index) => {
        const sorted = sort === column.name;
        const state = sorted ? (order === "asc" ? "ascending" : "descending") : "none";
        return (
          <div key={column.name} role="columnheader" aria-sort={state} {...cellLooks(column)}>
            <button
              type="button"
              title={headHint(column, sort, order)}
              data-testid={`col-head-${column.name}`}
              disabled={column.sortable === false}
              tabIndex={index === Math.min(focused, columns.length - 1) ? 0 : -1}
              onFocus={() => setFocused(index)}
              onKeyDown={(event) => onKeyDown(event, index)}
              onClick={() => {
                const next = nextSort(column, sort, order);
                props.onSort(next.name, next.order);
              }}
            >
              <span class="words">{column.title}</span>
              {column.sortable !== false && <SortSign state={state} />}
            </button>
            {props.onResize !== undefined && (
              <span
                class="grip"
                aria-hidden="true"
                onPointerDown={(event) =>
                  drag(event, column.width, (width) => props.onResize?.(column.name, width))
                }
              />
            )}
          </div>
        );
      })}
    </div>
  );
}
