/** Parts of a response, and several responses in one, as the token views read them. */

import { type Interval, type TokenData, type TokenMetric, unitsOf } from "./responseTokens";

/** The tokens from `from` to `to` (half open) as a response of their own; positions count from `from`. */
export function tokenStretch(data: TokenData, from: number, to = data.shown.length): TokenData {
  const shown = data.shown.slice(from, to);
  const missing = Object.entries(data.missing).map(([name, spans]) => [
    name,
    spans
      .map(([a, b]): Interval => [Math.max(a, from) - from, Math.min(b, to) - from])
      .filter(([a, b]) => a < b),
  ]);
  return {
    ...data,
    shown,
    raw: data.raw.slice(from, to),
    units: unitsOf(shown),
    rows: new Map([...data.rows].map(([name, row]) => [name, row.subarray(from, to)])),
    missing: Object.fromEntries(missing),
    mask: data.mask?.slice(from, to) ?? null,
    spaces: data.spaces?.slice(from, to) ?? null,
    prompt: from === 0 ? data.prompt : null,
  };
}

/** Several responses one behind the other: what their common scale and legend are made of. */
export function joinedTokens(responses: readonly TokenData[]): TokenData {
  const shown = responses.flatMap((data) => data.shown);
  const metrics = new Map<string, TokenMetric>();
  for (const data of responses) for (const metric of data.metrics) metrics.set(metric.name, metric);
  const rows = new Map([...metrics.keys()].map((name) => [name, new Float32Array(shown.length)]));
  const missing: Record<string, Interval[]> = {};
  let at = 0;
  for (const data of responses) {
    const end = at + data.shown.length;
    for (const [name, row] of rows) {
      const own = data.rows.get(name);
      if (own === undefined) row.fill(Number.NaN, at, end);
      else row.set(own.subarray(0, data.shown.length), at);
      const spans = own === undefined ? [[0, data.shown.length] as const] : (data.missing[name] ?? []);
      missing[name] = [...(missing[name] ?? []), ...spans.map(([a, b]): Interval => [a + at, b + at])];
    }
    at = end;
  }
  const isMasked = responses.some(({ mask }) => mask !== null);
  return {
    shown,
    raw: responses.flatMap((data) => data.raw),
    units: unitsOf(shown),
    metrics: [...metrics.values()],
    rows,
    missing,
    mask: isMasked ? responses.flatMap((data) => data.mask ?? data.shown.map(() => true)) : null,
    spaces: null,
    prompt: null,
  };
}
