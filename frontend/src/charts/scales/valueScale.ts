import { ticks } from "./linearScale";

/** How values become heights: evenly, by powers of ten, or by powers of ten to both sides of 0. */
export const SCALES = ["linear", "log", "symlog"] as const;
export type ScaleKind = (typeof SCALES)[number];

/** The plot draws `forward(value)` on an even axis, so that zoom, bands and ticks are the same for every kind. */
export interface ValueScale {
  readonly kind: ScaleKind;
  /** NaN where the scale has no place for a value: 0 and below on a log scale. */
  readonly forward: (value: number) => number;
  readonly inverse: (drawn: number) => number;
  /** Values for about `wanted` numbers beside the axis from `low` to `high` (values, not heights); at least two. */
  readonly ticks: (low: number, high: number, wanted: number) => number[];
}

const LINEAR: ValueScale = {
  kind: "linear",
  forward: (value) => value,
  inverse: (drawn) => drawn,
  ticks: evenTicks,
};

const LOG: ValueScale = {
  kind: "log",
  forward: (value) => (value > 0 ? Math.log10(value) : Number.NaN),
  inverse: (drawn) => 10 ** drawn,
  ticks: (low, high, wanted) => enough(powersWithin(low, high, wanted), low, high, wanted),
};

/** sign(v) · log10(1 + |v| / c): even up to about c, a power of ten for each further unit. */
function symlog(c: number): ValueScale {
  return {
    kind: "symlog",
    forward: (value) => Math.sign(value) * Math.log10(1 + Math.abs(value) / c),
    inverse: (drawn) => Math.sign(drawn) * c * (10 ** Math.abs(drawn) - 1),
    ticks: (low, high, wanted) => {
      const below = low < 0 ? powersWithin(Math.max(c, -high), -low, wanted).map((value) => -value) : [];
      const above = high > 0 ? powersWithin(Math.max(c, low), high, wanted) : [];
      const zero = low <= 0 && high >= 0 ? [0] : [];
      return enough([...below.toReversed(), ...zero, ...above], low, high, wanted);
    },
  };
}

/** Those of the ticks that have `room` between them as heights of the scale: 0 first, then the largest. */
export function ticksApart(ticks: readonly number[], scale: ValueScale, room: number): number[] {
  const size = (value: number) => (value === 0 ? Number.POSITIVE_INFINITY : Math.abs(value));
  const kept: number[] = [];
  for (const tick of ticks.toSorted((a, b) => size(b) - size(a))) {
    if (kept.every((other) => Math.abs(scale.forward(other) - scale.forward(tick)) >= room)) kept.push(tick);
  }
  return kept.sort((a, b) => a - b);
}

/** The scale of a kind for these values; a symmetric one is even among the smallest twentieth of them. */
export function valueScale(kind: ScaleKind, values: readonly number[]): ValueScale {
  if (kind === "linear") return LINEAR;
  if (kind === "log") return LOG;
  const sizes = values
    .map(Math.abs)
    .filter((size) => size > 0 && Number.isFinite(size))
    .sort((a, b) => a - b);
  const small = sizes[Math.floor(sizes.length / 20)] ?? 1;
  return symlog(10 ** Math.floor(Math.log10(small)));
}

/** Powers of ten from `low` to `high`, every second or third one where there are many. */
function powersWithin(low: number, high: number, wanted: number): number[] {
  if (low <= 0 || high < low) return [];
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / Math.max(wanted, 1)));
  const found: number[] = [];
  for (let power = first; power <= last; power += every) found.push(Number(`1e${power}`));
  return found;
}

/** One number tells no scale: where powers of ten are too far apart, even steps stand in. */
const enough = (found: number[], low: number, high: number, wanted: number): number[] =>
  found.length >= 2 ? found : evenTicks(low, high, wanted);

function evenTicks(low: number, high: number, wanted: number): number[] {
  for (let more = Math.max(wanted, 2); more < wanted + 8; more += 1) {
    const found = ticks(low, high, more);
    if (found.length >= 2) return found;
  }
  return [low, high];
}
