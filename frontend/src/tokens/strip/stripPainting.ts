/** The overview of a long response: its metric along the positions, as bars on a canvas. */

import { position, type Scale } from "../../lib/colourScale";
import { BUCKETS, css, PLAIN, palette, type Theme } from "../../lib/heatmapColours";
import { CODE, codeStrength } from "../shared/colourCodes";

/** For each of `width` pixels the token with the strongest code of those that fall on it; −1 where there is none. */
export function strongestPerPixel(codes: Uint8Array, scale: Scale | null, width: number): Int32Array {
  const strongest = new Int32Array(width).fill(-1);
  const name = scale?.palette ?? "ramp";
  codes.forEach((code, i) => {
    // A response shorter than the strip is wide covers several pixels per token.
    const from = Math.floor((i * width) / codes.length);
    const to = Math.max(from + 1, Math.floor(((i + 1) * width) / codes.length));
    for (let x = from; x < to && x < width; x++) {
      const before = strongest[x] ?? -1;
      if (before < 0 || codeStrength(code, name) > codeStrength(codes[before] ?? 0, name)) strongest[x] = i;
    }
  });
  return strongest;
}

/** Upper and lower edge of a bar, as shares of the height from the top. */
export function barOf(value: number, code: number, scale: Scale | null): [top: number, bottom: number] {
  if (code >= CODE.missing || scale === null) return [0.92, 1];
  if (!Number.isFinite(value)) return [0, 1];
  const at = Math.min(1, Math.max(0, position(scale, value)));
  if (scale.palette === "diverging") return at >= 0.5 ? [1 - at, 0.5] : [0.5, 1 - at];
  return [1 - Math.max(0.04, scale.strongLow ? 1 - at : at), 1];
}

/** Draws the strip. */
export function paintStrip(
  canvas: HTMLCanvasElement,
  row: Float32Array,
  codes: Uint8Array,
  scale: Scale | null,
  theme: Theme,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const { width, height } = canvas;
  const colours = palette(scale?.palette ?? "ramp", theme).map(css);
  // The pale half of a palette cannot be seen as a thin bar; its height already says how little it is.
  const visible = (bucket: number): string => {
    const middle = (BUCKETS - 1) / 2;
    if (scale?.palette === "diverging") {
      return colours[bucket < middle ? Math.min(bucket, 5) : Math.max(bucket, BUCKETS - 6)] ?? "";
    }
    return colours[Math.max(bucket, BUCKETS - 10)] ?? "";
  };
  context.clearRect(0, 0, width, height);
  strongestPerPixel(codes, scale, width).forEach((i, x) => {
    if (i < 0) return;
    const code = codes[i] ?? CODE.plain;
    const [top, bottom] = barOf(row[i] ?? Number.NaN, code, scale);
    if (code >= CODE.missing) context.fillStyle = css(PLAIN[theme].grey.ink);
    else context.fillStyle = code >= CODE.nan ? css(PLAIN[theme].hatch[1]) : visible(code % 32);
    context.fillRect(x, top * height, 1, Math.max(1, (bottom - top) * height));
  });
}
