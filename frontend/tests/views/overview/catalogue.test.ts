// @vitest-environment jsdom

import { beforeEach, describe, expect, it } from "vitest";
import type { Steps, Summary } from "../../../src/api/answers";
import { runs } from "../../../src/data/runs";
import { questionOf } from "../../../src/metrics";
import { select, selection } from "../../../src/state/selection";
import { metricCharts, namedCharts } from "../../../src/views/overview/catalogue/chartCatalogue";
import { isChartOn, switchChart } from "../../../src/views/overview/catalogue/chosenCharts";
import { opensByItself } from "../../../src/views/overview/catalogue/openingCharts";
import { ownNumbers } from "../../../src/views/overview/catalogue/ownNumbers";
import { firstScalars } from "../../../src/views/overview/catalogue/scalarCharts";
import { linkSettings, readCharts, writeCharts } from "../../../src/views/overview/shared/linkedSettings";
import {
  addedChartIds,
  bandMode,
  hiddenCharts,
  smoothing,
} from "../../../src/views/overview/shared/settings";
import { metric, runInfo } from "../../fixtures";

beforeEach(() => {
  hiddenCharts.value = [];
  addedChartIds.value = [];
  bandMode.value = "std";
  smoothing.value = 0;
  runs.value = null;
});

const means = (mean: number[]) => ({ mean }) as unknown as Summary;

function opening(metrics: string[], steps: Partial<Steps>): string[] {
  const all = { step: [0, 1], metrics: {}, step_metrics: {}, ...steps };
  const charts = namedCharts(runInfo({ metrics: metrics.map((name) => metric(name)) }), all, "k3_mean");
  return charts.filter((chart) => opensByItself(chart, all)).map(({ id }) => id);
}

describe("charts that open by themselves", () => {
  it("follow what a GRPO run logs", () => {
    const metrics = [
      "reward",
      "accuracy_reward",
      "format_reward",
      "mismatch_absmean",
      "n_tokens",
      "repetition",
    ];
    const step_metrics = {
      zero_advantage_groups: [0.1, 0.5],
      all_good_groups: [0, 0.5],
      truncation_share: [0, 0],
      duplicate_share: [0, 0.2],
    };
    const steps = { step_metrics, metrics: { repetition: means([0.2, 0.24]) } };
    // Nothing is truncated, and repetition varies by 0.04: both stay away.
    expect(opening(metrics, steps)).toEqual([
      "reward",
      "reward_functions",
      "length",
      "mismatch",
      "groups",
      "duplicates",
    ]);
  });

  it("follow what a PPO run with a critic and a reference logs", () => {
    const step_metrics = { explained_variance: [0, 0.5], win: [0.5, 1] };
    expect(opening(["reward", "ref_reward", "reward_gap", "k3_mean"], { step_metrics })).toEqual([
      "reward",
      "kl",
      "critic",
      "reward_gap",
      "outcome",
    ]);
  });

  it("leave out a reward function that is the whole reward", () => {
    const rewards = { reward: means([0.5, 1]), reward_reward: means([0.5, 1]) };
    expect(opening(["reward", "reward_reward"], { metrics: rewards })).toEqual(["reward"]);
    const penalised = { reward: means([0.5, 1]), reward_reward: means([0.5, 1.25]) };
    expect(opening(["reward", "reward_reward"], { metrics: penalised })).toContain("reward_functions");
  });

  it("show the first numbers that only the log knows, where they vary", () => {
    const names = ["reward", "k3_mean", "accuracy_reward", "sample_idx", "tool_calls", "seed", "judge"];
    const run = runInfo({ metrics: [...names, "speed", "depth", "fifth"].map((name) => metric(name)) });
    expect(ownNumbers(run)).toEqual(["tool_calls", "judge", "speed", "depth"]);
    // One that the settings give a weight is drawn with the reward functions.
    expect(ownNumbers({ ...run, config: { reward_weight_judge: 0.5 } })).not.toContain("judge");
    const all: Steps = {
      step: [0, 1],
      metrics: { tool_calls: means([1, 2]), judge: means([3, 3]) },
      step_metrics: {},
    };
    const charts = metricCharts(run, all, ["metric:tool_calls", "metric:judge", "metric:speed"]);
    expect(charts.map((chart) => opensByItself(chart, all))).toEqual([true, false, false]);
  });

  it("show groups without gradient though their share never changes, and not where there are none", () => {
    const groups = (share: number) => ({ step_metrics: { zero_advantage_groups: [share, share] } });
    expect(opening(["reward"], groups(0.25))).toEqual(["reward", "groups"]);
    expect(opening(["reward"], groups(0))).toEqual(["reward"]);
  });

  it("have the staleness once samples are of older weights", () => {
    const opens = (mean: number[]) =>
      opening(["reward", "staleness"], { metrics: { staleness: means(mean) } });
    expect(opens([0, 0])).toEqual(["reward"]);
    expect(opens([0, 3])).toEqual(["reward", "staleness"]);
  });

  it("ask for a reward where there is nothing", () => {
    expect(opening([], {})).toEqual(["reward"]);
  });

  it("have at most as many reward functions as colours, and none that is ours", () => {
    const names = [
      "reward",
      "ref_reward",
      "a_reward",
      "rewards/b",
      "score",
      "d_score",
      "e_reward",
      "rewarded",
    ];
    const chart = namedCharts(runInfo({ metrics: names.map((name) => metric(name)) }), null, "k3_mean").find(
      ({ id }) => id === "reward_functions",
    );
    expect(chart?.lines.map(({ name }) => name)).toEqual(["a_reward", "rewards/b", "score", "d_score"]);
  });

  it("have the reward functions that the settings give a weight, whatever they are called, before all others", () => {
    const metrics = ["reward", "a_reward", "in_time", "turns", "right_kind"].map((name) => metric(name));
    const config = {
      reward_weight_reward: 1,
      reward_weight_right_kind: 1,
      reward_weight_in_time: 0.5,
      reward_weight_unlogged: 1,
    };
    const chart = namedCharts(runInfo({ metrics, config }), null, "k3_mean").find(
      ({ id }) => id === "reward_functions",
    );
    expect(chart?.lines.map(({ name }) => name)).toEqual(["in_time", "right_kind", "a_reward"]);
  });
});

describe("questions", () => {
  it("are told by the metric, whatever its statistic", () => {
    const names = [
      "k3_mean",
      "k3_max",
      "values_std",
      "chi2_seq_nonfinite",
      "mismatch_k3_absmean",
      "my_score",
      "x",
    ];
    expect(names.map(questionOf)).toEqual([
      "drift",
      "drift",
      "critic",
      "sampler",
      "sampler",
      "reward",
      "other",
    ]);
  });
});

describe("TensorBoard's own scalars", () => {
  it("begin with what the optimiser did", () => {
    const tags = [
      "train/reward",
      "train/lr",
      "train/loss",
      "train/grad_norm",
      "train/epoch",
      "train/kl_coef",
    ];
    expect(firstScalars(tags)).toEqual(["train/loss", "train/grad_norm", "train/kl_coef", "train/lr"]);
  });

  it("take the policy's and the critic's loss in place of their sum", () => {
    const tags = ["loss", "ppo/loss/policy", "ppo/loss/value", "actor/grad_norm"];
    expect(firstScalars(tags)).toEqual(["ppo/loss/policy", "ppo/loss/value", "actor/grad_norm"]);
    expect(firstScalars(["actor/pg_loss", "critic/vf_loss", "beta"])).toEqual([
      "actor/pg_loss",
      "critic/vf_loss",
      "beta",
    ]);
    expect(firstScalars(["accuracy"])).toEqual([]);
  });
});

describe("chosen charts", () => {
  it("stay as chosen when what opens by itself changes", () => {
    expect(isChartOn("kl", true)).toBe(true);
    switchChart("kl", false);
    expect([isChartOn("kl", true), isChartOn("kl", false)]).toEqual([false, false]);
    switchChart("kl", true);
    expect([isChartOn("kl", true), isChartOn("kl", false)]).toEqual([true, true]);
  });

  it("are a text of the address and come back from it", () => {
    const text = writeCharts(["metric:k3_max", "scalar:loss,50%"], ["kl"]);
    expect(text).toBe("+metric:k3_max,+scalar:loss%2C50%25,-kl");
    expect(readCharts(text)).toEqual({ added: ["metric:k3_max", "scalar:loss,50%"], hidden: ["kl"] });
    expect(readCharts("kl,,+")).toEqual({ added: [], hidden: [] });
  });
});

describe("settings in the address", () => {
  it("are taken from it, and follow every change until the view is left", () => {
    select({ run: "a", band: "p25_p75", smoothing: "7", charts: "-kl" });
    const stop = linkSettings();
    expect(bandMode.value).toBe("p25_p75");
    expect(hiddenCharts.value).toEqual(["kl"]);
    // 7 is no weight: as if it were not there.
    expect([smoothing.value, selection.value.smoothing]).toEqual([0, ""]);
    smoothing.value = 0.6;
    switchChart("metric:x", true);
    expect(selection.value.smoothing).toBe("0.6");
    expect(selection.value.charts).toBe("+metric:x,-kl");
    bandMode.value = "std";
    expect(selection.value.band).toBe("");
    stop();
    expect([selection.value.smoothing, selection.value.charts]).toEqual(["", ""]);
    expect(smoothing.value).toBe(0.6);
  });

  it("stay as they are at an address of others that does not say them, and follow one that does", () => {
    select({ band: "none" });
    const stop = linkSettings();
    expect(bandMode.value).toBe("none");
    select({ band: "" });
    expect([bandMode.value, selection.value.band]).toEqual(["none", ""]);
    select({ band: "p25_p75" });
    expect(bandMode.value).toBe("p25_p75");
    bandMode.value = "none";
    expect(selection.value.band).toBe("none");
    stop();
  });

  it("put what is remembered into an address that does not say it", () => {
    bandMode.value = "none";
    select({ band: "" });
    const stop = linkSettings();
    expect(selection.value.band).toBe("none");
    stop();
  });
});
