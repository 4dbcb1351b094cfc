// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test } from "vitest";
import { runs } from "../../src/data/runs";
import { followed, followMetric, orderAt, sampleMetricOf, tokenMetricOf, unfollow } from "../../src/metrics";
import { DEFAULTS, select, selection } from "../../src/state/selection";
import { sampleList } from "../../src/views/samples/listedSamples";
import { worstTokensParameters } from "../../src/views/tokens/worstTokensQuery";
import { metric, runInfo } from "../fixtures";
import { runsAnswer } from "../page";

const info = runInfo({
  run: "ppo",
  metrics: ["reward", "entropies_mean", "value_mse"].map((name) => metric(name)),
  token_metrics: ["k3", "entropies", "value_error"].map((name) => metric(name)),
});

beforeEach(() => {
  select({ ...DEFAULTS, run: "ppo", step: 3 });
  runs.value = runsAnswer(info);
});

afterEach(() => {
  runs.value = null;
});

test("a clicked curve orders the list and ranks the tokens of that step, and one click undoes it", () => {
  const before = [JSON.stringify(sampleList.value), JSON.stringify(worstTokensParameters(info))];
  followMetric("entropies_mean", "asc");
  expect(sampleList.value).toMatchObject({ step: 3, sort: "entropies_mean", order: "asc" });
  expect(worstTokensParameters(info)).toMatchObject({ step: 3, metric: "entropies" });
  unfollow();
  expect([JSON.stringify(sampleList.value), JSON.stringify(worstTokensParameters(info))]).toEqual(before);
});

test("it takes the place of what was chosen before, and what is chosen later takes its place", () => {
  select({ sort: "reward", metric: "k3", preset: "best" });
  followMetric("entropies_mean", "desc");
  expect(sampleList.value).toMatchObject({ sort: "entropies_mean", order: "desc", preset: "" });
  expect(worstTokensParameters(info).metric).toBe("entropies");
  select({ sort: "reward", order: "desc", metric: "k3" });
  expect(sampleList.value).toMatchObject({ sort: "reward", order: "desc" });
  expect(worstTokensParameters(info).metric).toBe("k3");
  select({ sort: "", preset: "best" });
  expect(sampleList.value).toMatchObject({ preset: "best" });
  expect(sampleList.value).not.toHaveProperty("sort");
});

test("a metric that the run does not have is followed nowhere, and another run forgets it", () => {
  followMetric("k9_mean", "desc");
  expect(followed.value).toBeNull();
  followMetric("reward", "desc");
  expect(followed.value).toMatchObject({ name: "reward", order: "desc", tokenMetric: null, end: "highest" });
  select({ run: "other" });
  expect(selection.value.about).toBe("");
});

test("the tokens that weigh most lie at the end that is looked for; a size comes from either side of 0", () => {
  const ends = (name: string, order: "asc" | "desc") => {
    followMetric(name, order);
    return followed.value?.end;
  };
  expect(ends("entropies_mean", "desc")).toBe("highest");
  expect(ends("entropies_mean", "asc")).toBe("lowest");
  expect(ends("value_mse", "desc")).toBe("extreme");
  expect(ends("value_mse", "asc")).toBe("lowest");
});

test("a single token makes a number large, none makes a size small", () => {
  const byToken = (name: string, order: "asc" | "desc"): boolean | undefined => {
    followMetric(name, order);
    return followed.value?.byToken;
  };
  expect(byToken("entropies_mean", "asc")).toBe(true);
  expect(byToken("value_mse", "desc")).toBe(true);
  expect(byToken("value_mse", "asc")).toBe(false);
  expect(byToken("reward", "desc")).toBe(false);
});

test("a number of a step alone leads to the samples' metric that tells of it, where the run has it", () => {
  expect(sampleMetricOf(info, "explained_variance")).toEqual({ name: "value_mse", order: "desc" });
  expect(sampleMetricOf(info, "truncation_share")).toBeNull();
  expect(sampleMetricOf(info, "n_samples")).toBeNull();
  expect(sampleMetricOf(info, "toString")).toBeNull();
});

test("a sample metric leads to the token metric that it is made of", () => {
  expect(tokenMetricOf(info, "entropies_mean")).toBe("entropies");
  expect(tokenMetricOf(info, "k3_max")).toBe("k3");
  expect(tokenMetricOf(info, "value_mse")).toBe("value_error");
  expect(tokenMetricOf(info, "perplexity")).toBeNull();
  expect(tokenMetricOf(info, "constructor")).toBeNull();
});

test("at the beginning of a curve the smallest values are looked for below its middle", () => {
  const curve = [1, 1, Number.NaN, null, 5, 0.2];
  const order = (at: number) => orderAt("reward", curve, at);
  expect([order(5), order(4), order(0), order(3)]).toEqual(["asc", "desc", "desc", "desc"]);
  expect(orderAt("reward", [], 3)).toBe("desc");
  expect(orderAt("reward", curve, -1)).toBe("desc");
});

test("later on they are below the middle of what was long before", () => {
  // The reward jumps and stays: of the last steps some are below the middle of the whole curve, 5.
  const jumped = [1, 2, 1, 2, 5, 6, 5, 4, 5, 4];
  expect(orderAt("reward", jumped, 9)).toBe("desc");
  // It falls and stays: all of them are below the middle of the first half before them, 6.
  const fallen = [5, 6, 5, 6, 1, 2, 1, 2, 1, 2];
  expect(orderAt("reward", fallen, 9)).toBe("asc");
});

test("a mismatch of exactly 0 is one array logged twice: these samples come first", () => {
  const curve = [0.02, 0.01, 0.03];
  expect(orderAt("mismatch_absmean", curve, 2, 0)).toBe("asc");
  expect(orderAt("mismatch_absmean", curve, 2, 0.001)).toBe("desc");
  expect(orderAt("k3_mean", curve, 2, 0)).toBe("desc");
});

test("of what only much of it is a finding, the largest values are looked for everywhere", () => {
  // A failure that lasts longer than half of the run lifts the middle of the curve above some of its own steps.
  const curve = [0, 0, 5, 5, 5, 4];
  for (const name of ["nonfinite", "k3_mean", "mismatch_absmean", "staleness"])
    expect(orderAt(name, curve, 5)).toBe("desc");
  expect(orderAt("log_ratio_mean", curve, 5)).toBe("asc");
});
