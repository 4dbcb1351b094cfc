import { describe, expect, it } from "vitest";
import type { RunInfo } from "../../src/api/answers";
import { folderOf, groupedRuns, inNaturalOrder, matchingRuns } from "../../src/shell/runs/runOrder";
import { runInfo } from "../fixtures";

const named = (...names: string[]): RunInfo[] => names.map((run) => runInfo({ run }));
const names = (runs: readonly RunInfo[]) => runs.map(({ run }) => run);

describe("the choice of runs", () => {
  it("has seed2 before seed10, and an order where only letter case differs", () => {
    expect(["seed10", "seed2", "Seed1"].sort(inNaturalOrder)).toEqual(["Seed1", "seed2", "seed10"]);
    expect(inNaturalOrder("a", "A")).toBe(-inNaturalOrder("A", "a"));
    expect(inNaturalOrder("a", "A")).not.toBe(0);
  });

  it("groups what shares a folder, and leaves lone runs whole", () => {
    const groups = groupedRuns(named("b/seed10", "b/seed2", "a/x", "top"), "name");
    expect(groups.map(({ folder, runs }) => [folder, names(runs)])).toEqual([
      ["", ["a/x", "top"]],
      ["b", ["b/seed2", "b/seed10"]],
    ]);
    expect([folderOf("a/b/c"), folderOf("c")]).toEqual(["a/b", ""]);
  });

  it("ranks, with runs of no number last and equals by name", () => {
    const runs = [
      runInfo({ run: "b", last_reward: 0.5, problems: 2, changed_at: 20 }),
      runInfo({ run: "a", last_reward: 0.5, problems: 0, changed_at: 10 }),
      runInfo({ run: "c", last_reward: null, problems: 9, changed_at: null }),
      runInfo({ run: "d", last_reward: -1, problems: 0, changed_at: 30 }),
    ];
    const ranked = (order: "reward" | "newest" | "problems") =>
      names(groupedRuns(runs, order)[0]?.runs ?? []);
    expect(ranked("reward")).toEqual(["a", "b", "d", "c"]);
    expect(ranked("newest")).toEqual(["d", "b", "a", "c"]);
    expect(ranked("problems")).toEqual(["c", "b", "a", "d"]);
  });

  it("finds runs by all words, whatever their case", () => {
    const runs = named("math/GRPO/seed1", "math/ppo/seed1", "code/grpo/seed2");
    expect(names(matchingRuns(runs, "grpo  SEED1"))).toEqual(["math/GRPO/seed1"]);
    expect(matchingRuns(runs, " ")).toHaveLength(3);
  });
});
