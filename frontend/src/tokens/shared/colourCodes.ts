/**
 * What to paint on each token: one byte per token, and one class name per byte.
 *
 * Classes instead of inline colours let the theme change without touching a token and keep switching metrics cheap.
 */

import { beyond, bucketOf, type Scale } from "../../lib/colourScale";
import { BUCKETS, type PaletteName } from "../../lib/heatmapColours";
import { type TokenData, unitSpan } from "./responseTokens";

/** Added to a bucket (which is below 32) where the number lies beyond the scale. */
export const BEYOND = 32;
/** Codes of tokens that have no colour on the scale. */
export const CODE = {
  nan: 64,
  plusInfinity: 65,
  minusInfinity: 66,
  missing: 67,
  masked: 68,
  plain: 69,
} as const;

const SPECIAL_CLASS = new Map<number, string>([
  [CODE.nan, "heat hatch nan"],
  [CODE.plusInfinity, "heat hatch inf"],
  [CODE.minusInfinity, "heat hatch inf neg"],
  [CODE.missing, "heat grey"],
  [CODE.masked, "heat grey masked"],
  [CODE.plain, "heat"],
]);

/** Class names by code, for one palette. */
export function colourClasses(palette: PaletteName): string[] {
  const letter = palette === "diverging" ? "d" : "r";
  return Array.from({ length: CODE.plain + 1 }, (_, code) => {
    if (code >= CODE.nan) return SPECIAL_CLASS.get(code) ?? "heat";
    return code >= BEYOND ? `heat ${letter}${code - BEYOND} beyond` : `heat ${letter}${code}`;
  });
}

/** The code of one number. A number without a scale (nothing finite to make one from) stays plain. */
export function colourCode(value: number, scale: Scale | null): number {
  if (Number.isNaN(value)) return CODE.nan;
  if (value === Number.POSITIVE_INFINITY) return CODE.plusInfinity;
  if (value === Number.NEGATIVE_INFINITY) return CODE.minusInfinity;
  if (scale === null) return CODE.plain;
  return bucketOf(scale, value) + (beyond(scale, value) === 0 ? 0 : BEYOND);
}

/** The code of every token for a metric. */
export function colourCodes(data: TokenData, metric: string, scale: Scale | null): Uint8Array {
  const row = data.rows.get(metric);
  const codes = new Uint8Array(data.shown.length).fill(CODE.missing);
  row?.forEach((value, i) => {
    codes[i] = colourCode(value, scale);
  });
  for (const [from, to] of data.missing[metric] ?? []) codes.fill(CODE.missing, from, to);
  data.mask?.forEach((isCounted, i) => {
    if (!isCounted) codes[i] = CODE.masked;
  });
  return codes;
}

/** How many tokens have each code. */
export function codeCounts(codes: Uint8Array): Uint32Array {
  const counts = new Uint32Array(CODE.plain + 1);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? CODE.plain;
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

/** The code of the unit that holds token `i`: the strongest of its tokens' codes. */
export function unitCode(data: TokenData, codes: Uint8Array, palette: PaletteName, i: number): number {
  const [from, to] = unitSpan(data.units, i);
  let best = codes[from] ?? CODE.plain;
  for (let k = from + 1; k < to; k++) {
    const code = codes[k] ?? CODE.plain;
    if (codeStrength(code, palette) > codeStrength(best, palette)) best = code;
  }
  return best;
}

/** How much a code stands out: non-finite most, then beyond the scale, then by distance from neutral. */
export function codeStrength(code: number, palette: PaletteName): number {
  if (code >= CODE.missing) return -1;
  if (code >= CODE.nan) return 2 * BUCKETS + 1;
  const bucket = code % BEYOND;
  const strength = palette === "diverging" ? 2 * Math.abs(bucket - (BUCKETS - 1) / 2) : bucket;
  return strength + (code >= BEYOND ? BUCKETS : 0);
}
