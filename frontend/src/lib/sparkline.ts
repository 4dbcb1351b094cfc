/** A curve as one SVG path: gaps where there is no number, at most two points per pixel. */

/** The `d` of an SVG path through the values, in a box of this size. */
export function sparkline(values: readonly (number | null)[], width: number, height: number): string {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return "";
  const margin = 2;
  const span = high - low || 1;
  const y = (value: number): string => {
    const share = high === low ? 0.5 : (value - low) / span;
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
