/** The numbers beside an axis: as many digits as tell the ticks apart, and as much room as they need. */

import { formatGrouped } from "../../lib/format";

/** From this size on, and below the other, a number is written with a power of ten. */
const LARGE = 1e6;
const SMALL = 1e-4;

/**
 * One short text for each tick. A text is never further from its tick than a hundredth of the distance between ticks,
 * so no two ticks read alike and none reads as another number.
 */
export function tickLabels(values: readonly number[]): string[] {
  const gaps = values.slice(1).map((value, i) => Math.abs(value - (values[i] as number)));
  const largest = Math.max(0, ...values.map(Math.abs));
  const powers = largest >= LARGE || (largest > 0 && largest < SMALL);
  return values.map((value, i) => {
    const beside = [gaps[i - 1], gaps[i]].filter((gap) => gap !== undefined && gap > 0) as number[];
    return shortest(value, Math.min(Math.abs(value), ...beside) / 100, powers);
  });
}

/** The same for shares of 0 to 1. */
export function percentLabels(values: readonly number[]): string[] {
  return tickLabels(values.map((value) => 100 * value)).map((label) => `${label} %`);
}

function shortest(value: number, tolerance: number, powers: boolean): string {
  if (value === 0) return "0";
  for (let digits = 1; digits < 16; digits += 1) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.abs(rounded - value) > tolerance) continue;
    if (powers || Math.abs(rounded) < SMALL) return rounded.toExponential().replace("e+", "e");
    return formatGrouped(rounded);
  }
  return formatGrouped(value);
}

/** Between the numbers of an axis and what stands left and right of them. */
const AXIS_GAPS = 10;

/** What an axis of values takes for its numbers. Measured, never cut: an axis that loses a sign or a digit tells a lie. */
export function axisWidth(labels: readonly string[] | null, font: string): number {
  return labels === null ? 0 : widestText(labels, font) + AXIS_GAPS;
}

/** Where nothing can be measured: wider than the digits of any usual font. */
const GUESSED_EM = 0.62;

/** Of no document: a canvas of the page has its styles computed before it takes a font. */
let measuring: OffscreenCanvasRenderingContext2D | null | undefined;

/** The width of the widest text in whole CSS pixels. */
export function widestText(texts: readonly string[], font: string): number {
  measuring ??= typeof OffscreenCanvas === "undefined" ? null : new OffscreenCanvas(1, 1).getContext("2d");
  const size = Number.parseFloat(/(\d+(\.\d+)?)px/.exec(font)?.[1] ?? "11");
  if (!measuring) return Math.ceil(Math.max(0, ...texts.map((text) => text.length * size * GUESSED_EM)));
  measuring.font = font;
  const widths = texts.map(
    (text) => (measuring as OffscreenCanvasRenderingContext2D).measureText(text).width,
  );
  return Math.ceil(Math.max(0, ...widths));
}
