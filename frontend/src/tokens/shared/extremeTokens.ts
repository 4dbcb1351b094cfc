/** The tokens of a response with the most extreme values of a metric, and the order of going through them. */

import type { MetricKind } from "../../lib/colourScale";
import { quantile } from "../../lib/colourScale";
import { isCounted, isMissing, type TokenData } from "./responseTokens";

/** At least this many tokens count as extreme, where that many differ from the rest at all. */
const MIN_TOKENS = 5;
const MAX_TOKENS = 200;
const EXTREME_SHARE = 0.01;
/** Whoever looks for the tokens of a spike is not shown those that are a twentieth as strong, or less. */
const MIN_STRENGTH_SHARE = 0.05;

/**
 * Positions of a metric's extreme tokens, in reading order: every non-finite one, and the strongest hundredth of the
 * others, as far as they are not weak beside the first of them. Strong is far from zero, for probabilities improbable,
 * for values far from their median.
 */
export function extremePositions(data: TokenData, metric: string, kind: MetricKind): number[] {
  const row = data.rows.get(metric);
  if (row === undefined) return [];
  const usable = Array.from(row.keys()).filter((i) => isCounted(data, i) && !isMissing(data, metric, i));
  const finite = usable.filter((i) => Number.isFinite(row[i]));
  const strength = strengthMeasure(
    kind,
    Float64Array.from(finite, (i) => row[i] ?? 0),
  );
  const strongest = finite
    .map((i) => ({ i, strength: strength(row[i] ?? 0) }))
    .filter((token) => token.strength > 0)
    .sort((a, b) => b.strength - a.strength)
    .slice(0, Math.min(MAX_TOKENS, Math.max(MIN_TOKENS, Math.ceil(finite.length * EXTREME_SHARE))));
  const least = MIN_STRENGTH_SHARE * (strongest[0]?.strength ?? 0);
  const strong = strongest.filter((token) => token.strength > least).map((token) => token.i);
  return [...usable.filter((i) => !Number.isFinite(row[i])), ...strong].sort((a, b) => a - b);
}

/** The position after (`1`) or before (`-1`) `from` in ascending `positions`, round the ends; null if there is none. */
export function nextPosition(
  positions: readonly number[],
  from: number | null,
  direction: 1 | -1,
): number | null {
  const first = direction === 1 ? positions[0] : positions.at(-1);
  if (first === undefined) return null;
  if (from === null) return first;
  const further = direction === 1 ? positions.find((i) => i > from) : positions.findLast((i) => i < from);
  return further ?? first;
}

function strengthMeasure(kind: MetricKind, finite: Float64Array): (x: number) => number {
  if (kind === "probability") return (x) => 1 - x;
  if (kind === "value") {
    const median = quantile(finite.sort(), 0.5);
    return (x) => Math.abs(x - median);
  }
  return Math.abs;
}
