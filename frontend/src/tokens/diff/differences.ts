/** How much a metric differs at tokens that stand on both sides: right less left. */

import { robustScale, type Scale } from "../../lib/colourScale";
import { CODE, colourCode } from "../shared/colourCodes";
import { type DiffData, stretchesOf } from "./stretches";

/** The differences of a token metric between two aligned responses, right less left. */
export interface Differences {
  metric: string;
  /** Of each token of the right side: what to paint, and the difference; a token without a counterpart is plain. */
  codes: Uint8Array;
  differences: Float64Array;
  /** The token of the left side that each one is aligned with, -1 for none. */
  counterpart: Int32Array;
  scale: Scale | null;
  /** Aligned tokens, and those of them of which a side has no number. */
  aligned: number;
  missing: number;
}

/** Null where no metric came along, or no token is aligned. */
export function differencesOf(data: DiffData): Differences | null {
  const { metric, left, right } = data;
  if (metric === null) return null;
  const n = right.units.length;
  const differences = new Float64Array(n).fill(Number.NaN);
  const counterpart = new Int32Array(n).fill(-1);
  const codes = new Uint8Array(n).fill(CODE.plain);
  const finite: number[] = [];
  let [aligned, missing] = [0, 0];
  for (const stretch of stretchesOf(data)) {
    if (stretch.kind !== "equal") continue;
    for (let i = stretch.right[0]; i < stretch.right[1]; i++) {
      const k = stretch.left[0] + i - stretch.right[0];
      counterpart[i] = k;
      aligned += 1;
      const [was, is] = [left.values?.[k] ?? null, right.values?.[i] ?? null];
      if (was === null || is === null) {
        codes[i] = CODE.missing;
        missing += 1;
        continue;
      }
      const difference = is - was;
      differences[i] = difference;
      if (Number.isFinite(difference)) finite.push(difference);
    }
  }
  if (aligned === 0) return null;
  const scale = robustScale(finite, "signed");
  for (let i = 0; i < n; i++) {
    if ((counterpart[i] ?? -1) >= 0 && codes[i] !== CODE.missing)
      codes[i] = colourCode(differences[i] ?? Number.NaN, scale);
  }
  return { metric: metric.name, codes, differences, counterpart, scale, aligned, missing };
}
