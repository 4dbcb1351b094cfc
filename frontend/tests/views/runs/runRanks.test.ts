import { expect, test } from "vitest";
import type { RunRow } from "../../../src/api/compare/answers";
import { klOf, rankedRuns, rewardOf } from "../../../src/views/runs/table/runRanks";

const metric = (last: number) => ({ last, highest: last, highest_step: 1, lowest: last, area: last });

function row(run: string, more: Partial<RunRow> = {}): RunRow {
  const plain = { samples: 1, steps: 1, last_step: 1, problems: 0, findings: null, changed_at: null };
  return { run, state: "ready", ...plain, metrics: {}, ...more };
}

const names = (rows: readonly RunRow[]): string[] => rows.map(({ run }) => run);

test("the worst come first: findings, then problems, then the lowest reward, then the name", () => {
  const rows = [
    row("seed10", { findings: { error: 0, warning: 0, info: 9 } }),
    row("seed2", { findings: { error: 0, warning: 0, info: 9 } }),
    row("warned", { findings: { error: 0, warning: 999, info: 0 } }),
    row("sick", { findings: { error: 1, warning: 0, info: 0 } }),
    row("low", { findings: { error: 0, warning: 0, info: 0 }, metrics: { reward: metric(0.1) } }),
    row("high", { findings: { error: 0, warning: 0, info: 0 }, metrics: { reward: metric(0.9) } }),
    row("torn", { findings: { error: 0, warning: 0, info: 0 }, problems: 3 }),
    row("unknown"),
  ];
  expect(names(rankedRuns(rows, "", "desc"))).toEqual([
    ...["sick", "warned", "seed2", "seed10", "torn", "low", "high", "unknown"],
  ]);
});

test("what has no number is last both ways, NaN too", () => {
  const rows = [
    row("none"),
    row("b", { metrics: { reward: metric(2) } }),
    row("nan", { metrics: { reward: metric(Number.NaN) } }),
    row("a", { metrics: { reward: metric(1) } }),
  ];
  expect(names(rankedRuns(rows, "reward", "desc"))).toEqual(["b", "a", "nan", "none"]);
  expect(names(rankedRuns(rows, "reward", "asc"))).toEqual(["a", "b", "nan", "none"]);
});

test("by name in natural order, both ways", () => {
  const rows = [row("seed10"), row("seed2")];
  expect(names(rankedRuns(rows, "run", "asc"))).toEqual(["seed2", "seed10"]);
  expect(names(rankedRuns(rows, "run", "desc"))).toEqual(["seed10", "seed2"]);
});

test("a metric that a run does not have is stood for by another", () => {
  const run = row("a", { metrics: { valid_reward: metric(3), log_ratio_mean: metric(4) } });
  expect([rewardOf(run)?.last, klOf(run)?.last]).toEqual([3, 4]);
});
