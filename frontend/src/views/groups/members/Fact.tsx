import type { JSX } from "preact";
import { formatExactly, formatNumber } from "../../../lib/format";

interface FactProps {
  label: string;
  value: number | null;
  /** How the number is written. */
  text?: (value: number | null) => string;
}

/** A number of a member by its name; nothing where it was not logged. */
export function Fact({ label, value, text = formatNumber }: FactProps): JSX.Element | null {
  if (value === null) return null;
  return (
    <span title={formatExactly(value)}>
      {label} <b class="number">{text(value)}</b>
    </span>
  );
}
