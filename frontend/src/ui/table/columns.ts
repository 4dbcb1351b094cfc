/** Columns of a table: what each shows, and the order that a click on its head leads to. */

import type { ComponentChildren } from "preact";

export type Order = "asc" | "desc";

/** One column: its head, its width, and what stands in its cells. */
export interface Column<R> {
  name: string;
  title: string;
  hint?: string;
  /** In px. */
  width: number;
  /** Numbers stand at the end and are sorted largest first. */
  align?: "start" | "end";
  /** Stays at this distance from the left edge, in px, while the others are scrolled; such columns come first. */
  frozenAt?: number;
  /** The share of the cell's width that a small bar covers: where it begins and ends, 0 to 1. Null for no bar. */
  bar?: (row: R) => readonly [from: number, to: number] | null;
  /** False where the server knows no such order. */
  sortable?: boolean;
  cell: (row: R) => ComponentChildren;
}

/** The first columns, as many as `frozen`, stay on screen. */
export function freeze<R>(columns: readonly Column<R>[], frozen: number): Column<R>[] {
  let left = 0;
  return columns.map((column, index) => {
    if (index >= frozen) return column;
    const frozenAt = left;
    left += column.width;
    return { ...column, frozenAt };
  });
}

/** Class names and place of a cell of the column, in the head and in the rows. */
export function cellLooks(column: Column<never>): { class: string; style: Record<string, string> } {
  const { width, align = "start", frozenAt } = column;
  const frozen = frozenAt !== undefined;
  return {
    class: `cell ${align}${frozen ? " frozen" : ""}`,
    style: { width: `${width}px`, ...(frozen ? { left: `${frozenAt}px` } : {}) },
  };
}

/** The order a click leads to: the column's own first, then the other way, then none. */
export function nextSort(column: Column<never>, sort: string, order: Order): { name: string; order: Order } {
  const first: Order = column.align === "end" ? "desc" : "asc";
  if (sort !== column.name) return { name: column.name, order: first };
  if (order === first) return { name: column.name, order: first === "desc" ? "asc" : "desc" };
  return { name: "", order: "desc" };
}
