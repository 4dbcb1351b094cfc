/** One row of a `VirtualTable`. */

// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned by hand, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and points at the active row
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid handles the keys of all rows

import { Component, type JSX } from "preact";
import type { Column } from "./columns";

export interface TableRowProps<R> {
  index: number;
  row: R | undefined;
  columns: readonly Column<R>[];
  id: string;
  dataId: string | undefined;
  testId: string | undefined;
  open: boolean;
  active: boolean;
  onOpen: (index: number) => void;
}

/** Rendered again only when its content changes: scrolling moves rows without changing them. */
export class TableRow<R> extends Component<TableRowProps<R>> {
  override shouldComponentUpdate(next: TableRowProps<R>): boolean {
    const now = this.props;
    return (
      next.row !== now.row ||
      next.columns !== now.columns ||
      next.open !== now.open ||
      next.active !== now.active
    );
  }

  override render(): JSX.Element {
    const { index, row, columns, open, active } = this.props;
    return (
      <div
        role="row"
        id={this.props.id}
        class={`row${open ? " open" : ""}${active ? " active" : ""}`}
        aria-rowindex={index + 2}
        aria-selected={open}
        data-id={this.props.dataId}
        data-testid={this.props.testId}
        onClick={() => this.props.onOpen(index)}
      >
        {columns.map((column) => (
          <div
            key={column.name}
            role="gridcell"
            class={`cell ${column.align ?? "start"}`}
            style={{ width: `${column.width}px` }}
          >
            {row === undefined ? "…" : column.cell(row)}
          </div>
        ))}
      </div>
    );
  }
}
