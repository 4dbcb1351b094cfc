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
  /** False where the server knows no such order. */
  sortable?: boolean;
  cell: (row: R) => ComponentChildren;
}

/** The order a click leads to: the column's own first, then the other way, then none. */
export function nextSort(column: Column<never>, sort: string, order: Order): { name: string; order: Order } {
  const first: Order = column.align === "end" ? "desc" : "asc";
  if (sort !== column.name) return { name: column.name, order: first };
  if (order === first) return { name: column.name, order: first === "desc" ? "asc" : "desc" };
  return { name: "", order: "desc" };
}
