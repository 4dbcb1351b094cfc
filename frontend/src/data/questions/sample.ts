/** Samples with their token metrics, loaded once and kept for walking back and forth. */

import type { Sample } from "../../api/answers";
import { type ApiError, api, type Scope } from "../../api/endpoints";
import { asApiError } from "../useAnswer";

export interface Loaded {
  sample: Sample;
  /** One row per entry of `sample.token_metrics`; or why the numbers did not come though the texts did. */
  rows: Float32Array[] | ApiError;
}

/** A sample of 16,384 tokens holds about 1 MB of numbers: the neighbours, and where we come from. */
const KEPT = 8;

const cache = new Map<string, Promise<Loaded>>();

/** Loads a sample, or gives it again if it was loaded at this revision. */
export function loadSample(scope: Scope, id: string, revision: string): Promise<Loaded> {
  const key = JSON.stringify([scope, id, revision]);
  const known = cache.get(key);
  if (known !== undefined) {
    // Last used is last to go.
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const loading = load(scope, id);
  cache.set(key, loading);
  loading.catch(() => cache.delete(key));
  for (const oldest of cache.keys()) {
    if (cache.size <= KEPT) break;
    cache.delete(oldest);
  }
  return loading;
}

/** Fetches samples that are likely to be opened next; what fails is asked for again when it is opened. */
export function prefetch(scope: Scope, ids: readonly (string | null | undefined)[], revision: string): void {
  for (const id of ids) {
    if (id !== null && id !== undefined) loadSample(scope, id, revision).catch(() => undefined);
  }
}

async function load(scope: Scope, id: string): Promise<Loaded> {
  const sample = await api.sample(scope, id);
  const [metrics, tokens] = [sample.token_metrics.length, sample.response_tokens.length];
  if (metrics === 0 || tokens === 0) return { sample, rows: [] };
  try {
    return { sample, rows: await api.tokens(scope, id, metrics, tokens) };
  } catch (error) {
    return { sample, rows: asApiError(error, "tokens") };
  }
}
