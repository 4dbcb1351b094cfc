import type { Scale } from "../../lib/colourScale";

/**
 * One scale over several metrics, for comparing their sizes; null where none has one.
 *
 * It is linear, and symmetric about zero as soon as one of them goes below: only then do the colours of all agree.
 */
export function commonScale(scales: readonly (Scale | null)[]): Scale | null {
  const present = scales.filter((scale) => scale !== null);
  if (present.length === 0) return null;
  const lo = Math.min(...present.map((scale) => (scale.log ? 0 : scale.lo)));
  const hi = Math.max(...present.map((scale) => scale.hi));
  if (lo >= 0) return { palette: "ramp", lo: 0, hi, log: false, strongLow: false };
  const end = Math.max(-lo, hi);
  return { palette: "diverging", lo: -end, hi: end, log: false, strongLow: false };
}
