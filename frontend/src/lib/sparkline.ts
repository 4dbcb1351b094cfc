/** A curve as one SVG path: gaps where there is no number, at most two points per pixel. */

/**
 * The `d` of an SVG path through the values, in a box of this size. Lone spikes go as far as the box does and do not
 * flatten the rest.
 */
export function sparkline(values: readonly (number | null)[], width: number, height: number): string {
  const [low, high] = usualRange(values);
  if (low > high) return "";
  const margin = 2;
  const span = high - low || 1;
  const y = (value: number): string => {
    const share = high === low ? 0.5 : (Math.min(Math.max(value, low), high) - low) / span;
    return (height - margin - share * (height - 2 * margin)).toFixed(1);
  };
  const last = Math.max(1, values.length - 1);
  const every = Math.max(1, Math.ceil(values.length / (2 * width)));
  let path = "";
  let pen = "M";
  for (let start = 0; start < values.length; start += every) {
    const value = extreme(values, start, every);
    if (value === null) {
      pen = "M";
      continue;
    }
    path += `${pen}${((start / last) * width).toFixed(1)} ${y(value)}`;
    pen = "L";
  }
  // A lone point would draw nothing.
  return path.includes("L") ? path : path.replace(/M([\d.]+) ([\d.]+)/g, "M$1 $2h1");
}

/** The value furthest from its predecessor: a thinned curve keeps its spikes. */
function extreme(values: readonly (number | null)[], start: number, every: number): number | null {
  let best: number | null = null;
  let furthest = -1;
  const before = values[start - 1] ?? null;
  for (let index = start; index < Math.min(values.length, start + every); index += 1) {
    const value = values[index] ?? null;
    if (value === null || !Number.isFinite(value)) continue;
    const distance = before === null ? 0 : Math.abs(value - before);
    if (distance <= furthest) continue;
    furthest = distance;
    best = value;
  }
  return best;
}

/** Values looked at, evenly spread, to tell what is usual. */
const MAX_VALUES_READ = 256;
const MIN_VALUES = 20;

/**
 * Smallest and largest value, less what lies beyond p5 − 1.5 (p95 − p5) or p95 + 1.5 (p95 − p5), as in the charts; an
 * empty range (low above high) where there is none.
 */
function usualRange(values: readonly (number | null)[]): [number, number] {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const every = Math.ceil(finite.length / MAX_VALUES_READ);
  const sorted = finite.filter((_, i) => i % every === 0).sort((a, b) => a - b);
  const [p05, p95] = [0.05, 0.95].map((share) => sorted[Math.round(share * (sorted.length - 1))] ?? 0);
  const room =
    sorted.length < MIN_VALUES || p05 === p95 ? Number.POSITIVE_INFINITY : 1.5 * ((p95 ?? 0) - (p05 ?? 0));
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of finite) {
    if (value < (p05 ?? 0) - room || value > (p95 ?? 0) + room) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
