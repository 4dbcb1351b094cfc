import type { JSX } from "preact";
import { thinnedIndices } from "./series";

/**
 * More rows than this are laid out slowly and read by nobody: longer tables are thinned evenly, which the caption says.
 */
export const MAX_ROWS = 400;

export interface ChartTableProps {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: number;
  readonly cells: (row: number) => readonly string[];
  /** Rows that are always among those shown, and marked. */
  readonly marked?: readonly number[];
  readonly height: number;
  /** "{shown} of {total} rows shown": only where rows are left out. */
  readonly thinnedText: (shown: number, total: number) => string;
}

/** The numbers of a chart, for those who cannot see it or want to copy them. */
export function ChartTable(props: ChartTableProps): JSX.Element {
  const marked = props.marked ?? [];
  const shown = thinnedIndices(props.rows, MAX_ROWS, marked);
  return (
    <section
      class="chart-table"
      style={{ height: `${props.height}px` }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      aria-label={props.caption}
    >
      <table>
        <caption>
          {props.caption}
          {shown.length < props.rows && ` · ${props.thinnedText(shown.length, props.rows)}`}
        </caption>
        <thead>
          <tr>
            {props.heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => {
            const [first, ...rest] = props.cells(row);
            return (
              <tr key={row} class={marked.includes(row) ? "chart-row-marked" : ""}>
                <th scope="row">{first}</th>
                {rest.map((cell, i) => (
                  <td key={i}>{cell}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
