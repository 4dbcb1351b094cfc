import { expect, test } from "vitest";
import type { MeasuredNumber, Steps, Summary } from "../../../src/api/answers";
import { listedSteps, meanLength, nonfiniteCounts } from "../../../src/views/samples/meanLengths";

function summary(count: MeasuredNumber[], sum: MeasuredNumber[], nonfinite: MeasuredNumber[]): Summary {
  const none = count.map(() => null);
  const rest = { mean: none, std: none, min: none, p01: none, p05: none, p25: none, p50: none, p75: none };
  return { count, sum, nonfinite, ...rest, p95: none, p99: none, max: none };
}

const steps: Steps = {
  step: [10, 20, 30],
  metrics: {
    n_tokens: summary([2, 2, 8], [20, 40, 80], [0, 0, 0]),
    reward: summary([1, 2, 8], [1, 2, 8], [1, 0, 3]),
    ref_n_chars: summary([0, null, 8], [null, null, 8], [0, 0, 0]),
  },
  step_metrics: {},
};

test("one step has a mean and its change against the step before", () => {
  expect(meanLength(steps, "n_tokens", [1])).toEqual({ mean: 20, change: 10 });
  expect(meanLength(steps, "n_tokens", [0])).toEqual({ mean: 10, change: null });
});

test("several steps are weighted by their samples and compared with nothing", () => {
  expect(meanLength(steps, "n_tokens", [0, 1, 2])).toEqual({ mean: 140 / 12, change: null });
});

test("what was not logged has no length, and nothing is compared with it", () => {
  expect(meanLength(steps, "n_chars", [1])).toBeNull();
  expect(meanLength(steps, "ref_n_chars", [1])).toBeNull();
  expect(meanLength(steps, "ref_n_chars", [2])).toEqual({ mean: 1, change: null });
});

test("what was left out is counted by metric", () => {
  expect(nonfiniteCounts(steps, [0, 1, 2])).toEqual([{ metric: "reward", n: 4 }]);
  expect(nonfiniteCounts(steps, [1])).toEqual([]);
});

test("the places of a step, a range, and a range with open ends", () => {
  expect(listedSteps(steps, 20, null)).toEqual([1]);
  expect(listedSteps(steps, 25, null)).toEqual([]);
  expect(listedSteps(steps, 20, { min: 15, max: 30 })).toEqual([1, 2]);
  expect(listedSteps(steps, null, { min: 20, max: null })).toEqual([1, 2]);
});
