import type { Distribution, RunInfo, Steps, Summary } from "../../../api/answers";
import type { HistogramShape } from "../../../charts/distribution/Histogram";
import type { Spread } from "../../../charts/distribution/spreadChange";
import { nearestIndex } from "../../../charts/shared/series";
import type { ComparedDistributions } from "../../../data/questions/distributions";
import { referenceOf } from "../../../metrics";

/** Bins for so many samples: 40 for a few hundred, fewer where most of them would hold one sample or none. */
export function binsFor(samples: number | null | undefined): number {
  return samples == null ? 40 : Math.min(Math.max(Math.round(2 * Math.sqrt(samples)), 10), 40);
}

/** The range of values that a histogram covers. */
export interface Span {
  readonly lo: number;
  readonly hi: number;
}

/**
 * The range of x that holds what is compared, from the numbers that `/steps` gave: known before asking, so that
 * both questions name the same bins. Null where the steps do not have the metric.
 */
export function spanOf(
  steps: Steps,
  run: RunInfo,
  metric: string,
  at: readonly (number | null)[],
  which: "all" | "p01_p99",
): Span | null {
  const [low, high] = which === "all" ? (["min", "max"] as const) : (["p01", "p99"] as const);
  const reference = referenceOf(run, metric);
  const found: number[] = [];
  for (const step of at) {
    const i = step === null ? -1 : nearestIndex(steps.step, step);
    if (step === null || steps.step[i] !== step) continue;
    for (const name of [metric, ...(reference ? [reference] : [])]) {
      found.push(...ends(steps.metrics[name], i, low, high));
    }
  }
  if (found.length === 0) return null;
  const [lo, hi] = [Math.min(...found), Math.max(...found)];
  // Bins need a width: all values alike get one bin's worth of room around them.
  const room = lo === hi ? Math.abs(lo) * 0.05 || 0.5 : 0;
  return { lo: lo - room, hi: hi + room };
}

function ends(columns: Summary | undefined, i: number, low: keyof Summary, high: keyof Summary): number[] {
  return [columns?.[low][i], columns?.[high][i]].filter(
    (value): value is number => value != null && Number.isFinite(value),
  );
}

export interface Words {
  readonly policy: string;
  readonly reference: string;
  readonly pinned: string;
}

/** What is drawn: the policy filled, the others as outlines. */
export function shapesOf(compared: ComparedDistributions, words: Words): HistogramShape[] {
  const { policy, reference, pinned } = compared;
  const against = (
    from: Distribution | null,
    colour: "ref" | "pin",
    key: string,
    label: string,
  ): HistogramShape[] =>
    from?.against_counts
      ? [
          {
            key,
            label,
            colour,
            filled: false,
            counts: from.against_counts,
            total: from.against_count ?? 0,
            curve: from.density.against_y,
          },
        ]
      : [];
  return [
    {
      key: "policy",
      label: words.policy,
      colour: "policy",
      filled: true,
      counts: policy.counts,
      total: policy.count,
      curve: policy.density.y,
    },
    ...against(reference, "ref", "reference", words.reference),
    ...against(pinned, "pin", "pinned", words.pinned),
  ];
}

export const spreadOf = (d: Distribution): Spread => ({
  count: d.count,
  std: d.std,
  iqr: difference(d.quantiles.p75, d.quantiles.p25),
});

export const againstSpreadOf = (d: Distribution): Spread => ({
  count: d.against_count ?? 0,
  std: d.against_std,
  iqr: difference(d.against_quantiles?.p75 ?? null, d.against_quantiles?.p25 ?? null),
});

const difference = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a - b;
