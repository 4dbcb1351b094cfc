/** Whether a step's number lies where the numbers before it never were. */

import type { Severity } from "../../../api/findings";

export type BadDirection = "up" | "down" | "both" | "never";

/** From where to where a number was to be expected. */
export interface Expected {
  readonly low: number;
  readonly high: number;
}

/** Fewer earlier steps than this give no range of expected values. */
const MIN_STEPS = 8;
/** More than charts give: a course that climbs in stairs runs ahead of its first half. */
const FENCE = 2;
/** Of more steps than this, so many evenly spread ones are looked at: every key press asks for every tile. */
const MAX_STEPS = 256;

/**
 * Where numbers of the first half of the steps before `at` lay, with room: p5 − 2 (p95 − p5) to
 * p95 + 2 (p95 − p5). The first half, so that a level that was left is still
 * known when the new one has lasted; a course that goes on as before stays inside. Null where there are too few.
 *
 * @param least The smallest width p95 − p5 that counts, in the number's unit: a constant has no room of its own.
 */
export function expectedAt(values: readonly (number | null)[], at: number, least: number): Expected | null {
  const before = values.slice(0, Math.ceil(at / 2));
  const every = Math.ceil(before.length / MAX_STEPS);
  // Typed, it is sorted as numbers are without a function's call for each two.
  const sorted = Float64Array.from(
    before.filter((value, i): value is number => i % every === 0 && value !== null && Number.isFinite(value)),
  ).sort();
  if (sorted.length < MIN_STEPS) return null;
  const quantile = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  const [p05, p95] = [quantile(0.05), quantile(0.95)];
  const room = FENCE * Math.max(p95 - p05, least);
  return { low: p05 - room, high: p95 + room };
}

/** Whether a number is beyond what was expected, in the direction that is bad for it. */
export function isDeviating(value: number | null, expected: Expected | null, bad: BadDirection): boolean {
  if (value === null || expected === null) return false;
  const up = value > expected.high && (bad === "up" || bad === "both");
  return up || (value < expected.low && (bad === "down" || bad === "both"));
}

/** Steps at the end that may not be whole: trainers write some of them side by side. */
const NEWEST_STEPS = 3;

/**
 * How many samples a step usually has, where one of the newest has less than half of them; else null. Such a step is
 * still being written or read, and its numbers are those of the first samples that came.
 *
 * @param samples How many samples each step has, as far as they are read.
 */
export function usualOfScanty(samples: readonly (number | null)[], at: number): number | null {
  if (at < samples.length - NEWEST_STEPS) return null;
  const before = samples
    .slice(Math.max(0, at - MAX_STEPS), at)
    .filter((count): count is number => count !== null);
  const usual = before.sort((a, b) => a - b)[Math.floor(before.length / 2)];
  return usual !== undefined && (samples[at] ?? 0) < usual / 2 ? usual : null;
}

/**
 * How loud a tile is. What is only unusual, and what nothing else speaks for, is never louder than a finding.
 *
 * @param finding The severity of the finding about its number at this step.
 * @param isBroken Whether the number says that something is broken by itself.
 */
export function tileSeverity(
  finding: Severity | undefined,
  isBeyond: boolean,
  isBroken: boolean,
): "error" | "warning" | null {
  if (isBroken || finding === "error") return "error";
  return isBeyond || finding === "warning" ? "warning" : null;
}
