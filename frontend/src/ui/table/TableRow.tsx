/** One row of a `VirtualTable`. */

// biome-ignore-all lint/a11y/useSemanticElements: rows are positioned by hand, which table elements do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and points at the active row
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid handles the keys of all rows

import { Component, type JSX } from "preact";
import { type Column, cellLooks } from "./columns";

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

/**
 * Rendered again only when its content changes: scrolling moves rows without changing them. An element whose row has left
 * the screen takes one that comes.
 */
export class TableRow<R> extends Component<TableRowProps<R>> {
  /** Kept while only the cursor comes or goes: each press of a key moves it over two rows. */
  #cells: JSX.Element[] = [];
  #of: Pick<TableRowProps<R>, "row" | "columns"> | null = null;

  override shouldComponentUpdate(next: TableRowProps<R>): boolean {
    const now = this.props;
    return (
      next.index !== now.index ||
      next.row !== now.row ||
      next.columns !== now.columns ||
      next.open !== now.open ||
      next.active !== now.active
    );
  }

  override render(): JSX.Element {
    const { index, row, columns, open, active } = this.props;
    if (this.#of?.row !== row || this.#of?.columns !== columns) {
      this.#cells =
        row === undefined ? [waitingCell(columns.length)] : columns.map((column) => cell(column, row));
      this.#of = { row, columns };
    }
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
        {this.#cells}
      </div>
    );
  }
}

/** Of a row that is not there yet: one cell for all, since in a fast scroll hardly one of them is seen. */
function waitingCell(columns: number): JSX.Element {
  return (
    <div key="" role="gridcell" class="cell" aria-colspan={columns}>
      …
    </div>
  );
}

/** One cell. No component: hundreds of them come with a frame of a fast scroll. */
function cell<R>(column: Column<R>, row: R): JSX.Element {
  const looks = cellLooks(column as Column<never>);
  const bar = column.bar?.(row) ?? null;
  const style =
    bar === null
      ? looks.style
      : {
          ...looks.style,
          "--from": `${(100 * bar[0]).toFixed(1)}%`,
          "--to": `${(100 * bar[1]).toFixed(1)}%`,
        };
  return (
    <div
      key={column.name}
      role="gridcell"
      class={`${looks.class}${bar === null ? "" : " with-bar"}`}
      style={style}
    >
      {column.cell(row)}
    </div>
  );
}
