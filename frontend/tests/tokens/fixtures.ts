/** Token data to start a test from. */

import { type TokenData, type TokenMetric, unitsOf } from "../../src/tokens/shared/responseTokens";

export const signed = (name: string): TokenMetric => ({ name, kind: "signed", unit: "" });

/** The tokens of a response as they are shown, with one row of numbers per metric. */
export function data(
  shown: string[],
  rows: Record<string, number[]>,
  more: Partial<TokenData> = {},
): TokenData {
  return {
    shown,
    raw: shown,
    units: unitsOf(shown),
    metrics: Object.keys(rows).map(signed),
    rows: new Map(Object.entries(rows).map(([name, row]) => [name, Float32Array.from(row)])),
    missing: {},
    mask: null,
    spaces: null,
    prompt: null,
    ...more,
  };
}

export const SCALE = { palette: "diverging", lo: -1, hi: 1, log: false, strongLow: false } as const;

/** Shown tokens with one metric, whose values go -1, 0, 1 again and again. */
export function tokens(shown: string[]): TokenData {
  return {
    shown,
    raw: shown.map((text) => `raw ${text}`),
    units: unitsOf(shown),
    metrics: [{ name: "log_ratio", kind: "signed", unit: "" }],
    rows: new Map([["log_ratio", Float32Array.from(shown, (_, i) => (i % 3) - 1)]]),
    missing: {},
    mask: null,
    spaces: null,
    prompt: null,
  };
}
