/** What is compared: spread of one metric at one step. */
export interface Spread {
  readonly count: number;
  readonly std: number | null;
  readonly iqr: number | null;
}

/** What can be said of two spreads. */
const SPREAD_CHANGES = ["sharper", "wider", "same", "mixed", "collapsed", "too_few", "unknown"] as const;
export type SpreadChange = (typeof SPREAD_CHANGES)[number];

/** Below this many finite values on either side a change of spread is mostly chance. */
export const MIN_VALUES = 20;
/** A change of less than a tenth of either number counts as no change. */
const TOLERANCE = 0.1;

/**
 * Whether a distribution became narrower from the earlier step to the later one.
 *
 * Standard deviation and interquartile range must agree: a few outliers move the first alone, and a reward
 * of two values can move the second from all to nothing.
 */
export function spreadChange(earlier: Spread, later: Spread): SpreadChange {
  if (earlier.count < MIN_VALUES || later.count < MIN_VALUES) return "too_few";
  const std = direction(earlier.std, later.std);
  if (std === null) return "unknown";
  if (later.std === 0 && std < 0) return "collapsed";
  const iqr = direction(earlier.iqr, later.iqr) ?? std;
  if (std === 0 && iqr === 0) return "same";
  if (std <= 0 && iqr <= 0) return "sharper";
  if (std >= 0 && iqr >= 0) return "wider";
  return "mixed";
}

/** -1 narrower, 0 about the same, 1 wider; null when one side has no number. */
function direction(earlier: number | null, later: number | null): -1 | 0 | 1 | null {
  if (earlier === null || later === null || !Number.isFinite(earlier) || !Number.isFinite(later)) return null;
  if (Math.abs(later - earlier) <= TOLERANCE * Math.max(earlier, later)) return 0;
  return later < earlier ? -1 : 1;
}
