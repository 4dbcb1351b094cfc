/** From an answer of the server to what the token views read. */

import type { Sample } from "../../api/answers";
import type { SampleWithTokens } from "../../data/questions/sample";
import { type PromptTokens, type TokenData, unitsOf } from "../../tokens/shared/responseTokens";
import { tokensAgainstText } from "./texts/TextBesideTokens";

/** Null where the log has no token strings: then there is nothing to point at. */
export function tokenData({ sample, tokenMetrics }: SampleWithTokens): TokenData | null {
  if (sample.response_tokens.length === 0) return null;
  const rows = Array.isArray(tokenMetrics) ? tokenMetrics : [];
  const metrics = Array.isArray(tokenMetrics) ? sample.token_metrics : [];
  return {
    shown: sample.response_tokens,
    raw: sample.raw_tokens,
    units: unitsOf(sample.response_tokens),
    metrics,
    rows: new Map(metrics.map(({ name }, k) => [name, rows[k] ?? new Float32Array(0)])),
    missing: sample.missing,
    mask: sample.mask,
    spaces: tokensAgainstText(sample).spaces,
    prompt: promptTokens(sample),
  };
}

function promptTokens({ prompt_tokens, prompt_logprobs }: Sample): PromptTokens | null {
  if (prompt_tokens.length === 0) return null;
  const hasNumbers = prompt_logprobs.some((value) => value !== null);
  return {
    shown: prompt_tokens,
    logprobs: hasNumbers ? Float32Array.from(prompt_logprobs, (value) => value ?? Number.NaN) : null,
  };
}

/**
 * Tells samples apart for the page: the same answer loaded again (the index grew) must not rebuild the text, which
 * would lose the reader's place.
 */
export function signature({ sample, tokenMetrics }: SampleWithTokens, textRules: string): string {
  const metrics = Array.isArray(tokenMetrics)
    ? sample.token_metrics.map((metric) => metric.name)
    : [tokenMetrics.message];
  return JSON.stringify([sample.run, sample.id, textRules, sample.response_tokens.length, metrics]);
}
