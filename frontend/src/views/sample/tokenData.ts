/** From an answer of the server to what the token views read. */

import { type TokenData, unitsOf } from "../../tokens/shared/responseTokens";
import type { Loaded } from "./load";

/** Null where the log has no token strings: then there is nothing to point at. */
export function tokenData({ sample, rows }: Loaded): TokenData | null {
  if (sample.response_tokens.length === 0) return null;
  const numbers = Array.isArray(rows) ? rows : [];
  const metrics = Array.isArray(rows) ? sample.token_metrics : [];
  return {
    shown: sample.response_tokens,
    raw: sample.raw_tokens,
    units: unitsOf(sample.response_tokens),
    metrics,
    rows: new Map(metrics.map(({ name }, k) => [name, numbers[k] ?? new Float32Array(0)])),
    missing: sample.missing,
    mask: sample.mask,
  };
}

/**
 * Tells samples apart for the page: the same answer loaded again (the index grew) must not rebuild the text, which
 * would lose the reader's place.
 */
export function signature({ sample, rows }: Loaded, rules: string): string {
  const metrics = Array.isArray(rows) ? sample.token_metrics.map((metric) => metric.name) : [rows.message];
  return JSON.stringify([sample.run, sample.id, rules, sample.response_tokens.length, metrics]);
}
