/** A tile's number and its change as text. */

import { t } from "../../../i18n";
import { formatCount, formatNumber, formatPercent, formatSigned } from "../../../lib/format";
import type { TileSource } from "./tileCatalogue";

export function tileValue(value: number | null, unit: TileSource["unit"]): string {
  if (unit === "share") return formatPercent(value);
  return unit === "count" && value !== null ? formatCount(value) : formatNumber(value);
}

/** A smaller part of the numbers themselves is below every digit that is shown of them. */
const MIN_CHANGE_SHARE = 1e-6;

/** "+0.31": shares change by percentage points. "" where one of the two is missing. */
export function tileChange(value: number | null, before: number | null, unit: TileSource["unit"]): string {
  if (value === null || before === null) return "";
  const difference = value - before;
  // The digits of a difference end where those of its numbers do: 0.3 − 0.1 is 0.2, and 1 − 0.9999999999 is nothing.
  const least = MIN_CHANGE_SHARE * Math.max(Math.abs(value), Math.abs(before));
  const digits = (x: number) => (Math.abs(difference) < least ? 0 : Number(x.toPrecision(3)));
  if (unit === "share") return t("overview.tile.points", { n: formatSigned(digits(difference * 100)) });
  return formatSigned(digits(difference));
}
