import { afterEach, expect, test } from "vitest";
import type { RunInfo } from "../../../src/api/answers";
import { filterProblem } from "../../../src/data/filterCheck";
import { setLanguage } from "../../../src/i18n";
import { filterExamples, filterNames } from "../../../src/views/samples/search/filterExamples";

const metric = (name: string) => ({ name, kind: "value" as const, unit: "" });
const run = (metrics: string[], texts: string[] = [], tokens: string[] = []): RunInfo =>
  ({
    metrics: metrics.map(metric),
    token_metrics: tokens.map(metric),
    text_columns: texts,
  }) as unknown as RunInfo;

afterEach(() => setLanguage("en"));

test("examples name only what the run has", () => {
  expect(filterExamples(run(["reward"]))).toEqual(["reward < 0", "response ILIKE '%because%'"]);
  const all = filterExamples(
    run(
      ["reward", "n_tokens", "ref_reward", "advantage", "k3_mean", "nonfinite", "truncated"],
      ["ground_truth"],
    ),
  );
  expect(all).toHaveLength(6);
  expect(all.at(-1)).toBe("NOT contains(response, ground_truth)");
  expect(filterExamples(null)).toEqual(["response ILIKE '%because%'"]);
  setLanguage("zh");
  expect(filterExamples(null)).toEqual(["response ILIKE '%因此%'"]);
});

test("names are written as a filter takes them, statistics of tokens last", () => {
  expect(filterNames(run(["k3_mean", "reward", "acc/mean", 'a"b'], ["note"], ["k3"]))).toEqual([
    "reward",
    '"acc/mean"',
    '"a""b"',
    "note",
    "step",
    "k3_mean",
  ]);
  expect(filterNames(run(Array.from({ length: 50 }, (_, i) => `m${i}`))).at(-1)).toBe("…");
});

test("the server's filterProblem comes without what the field shows already", () => {
  const said = "Invalid argument: where=rewrad > 0 cannot be used as a filter: run . has no column rewrad.";
  expect(filterProblem(said)).toBe("Run . has no column rewrad.");
  expect(filterProblem("This took longer than 20 seconds.")).toBe("This took longer than 20 seconds.");
});
