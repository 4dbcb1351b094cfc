import { afterEach, describe, expect, it, vi } from "vitest";
import type { RunInfo, Steps, Summary } from "../../../src/api/answers";
import { distributions } from "../../../src/data/questions/distributions";
import { REQUEST_LIMIT, stepSamples } from "../../../src/data/questions/stepSamples";
import { referenceOf } from "../../../src/metrics";
import { isTokenMean, metricCharts, namedCharts } from "../../../src/views/overview/catalogue/chartCatalogue";
import { curveLine, withFurtherMetrics } from "../../../src/views/overview/curves/curveLines";
import { binsFor, shapesOf, spanOf } from "../../../src/views/overview/distribution/histogramShapes";
import { markColumnsOf, marksOf } from "../../../src/views/overview/step/stepMarks";
import { metric, runInfo } from "../../fixtures";

const runWith = (metrics: string[], tokens: string[] = []): RunInfo =>
  runInfo({
    metrics: metrics.map((name) => metric(name)),
    token_metrics: tokens.map((name) => metric(name)),
  });

function summary(mean: (number | null)[], low = 0, high = 1): Summary {
  const same = (value: number) => mean.map(() => value);
  return {
    count: mean.map((value) => (value === null ? 0 : 4)),
    nonfinite: same(0),
    sum: mean,
    mean,
    std: same(0.5),
    min: same(low),
    p01: same(low + 0.1),
    p05: same(low),
    p25: same(low),
    p50: same(low),
    p75: same(high),
    p95: same(high),
    p99: same(high - 0.1),
    max: same(high),
  };
}

const stepsWith = (metrics: Record<string, Summary>, step_metrics: Steps["step_metrics"] = {}): Steps => ({
  step: [0, 10],
  metrics,
  step_metrics,
});

describe("charts of a run", () => {
  it("draws the reference behind the policy where it was logged", () => {
    const run = runWith(["reward", "ref_reward", "n_tokens", "k3_mean"], ["k3"]);
    const charts = namedCharts(run, null, "k3_mean");
    const names = Object.fromEntries(charts.map(({ id, lines }) => [id, lines.map((line) => line.name)]));
    expect(names["reward"]).toEqual(["ref_reward", "reward"]);
    expect(names["length"]).toEqual(["n_tokens"]);
    expect(names["kl"]).toEqual(["k3_mean"]);
    expect(names["reward_gap"]).toEqual([]);
    expect(charts.find(({ id }) => id === "kl")?.tokenWeighted).toBe(true);
    expect(charts.find(({ id }) => id === "reward")?.tokenWeighted).toBe(false);
  });

  it("falls back to characters and to surprise", () => {
    const charts = namedCharts(runWith(["n_chars", "ref_n_chars", "surprise_mean"]), null, "k2_mean");
    const names = Object.fromEntries(charts.map(({ id, lines }) => [id, lines.map((line) => line.name)]));
    expect(names["length"]).toEqual(["ref_n_chars", "n_chars"]);
    expect(names["entropy"]).toEqual(["surprise_mean"]);
  });

  it("has shares of winning only where the steps have numbers", () => {
    const run = runWith(["reward"]);
    const outcome = (steps: Steps | null) =>
      namedCharts(run, steps, "k3_mean").find(({ id }) => id === "outcome")?.lines.length;
    expect(outcome(null)).toBe(0);
    expect(outcome(stepsWith({}, { win: [null, null], tie: [0, 0], loss: [1, null] }))).toBe(2);
  });

  it("passes over remembered charts that this run does not have", () => {
    const steps = stepsWith({}, { truncation_share: [0, 1] });
    const ids = ["metric:reward", "metric:gone", "step:truncation_share", "step:gone", "scalar:loss", "junk"];
    expect(metricCharts(runWith(["reward"]), steps, ids).map(({ id }) => id)).toEqual([
      "metric:reward",
      "step:truncation_share",
    ]);
  });

  it("draws the step's own number where samples have one of the same name", () => {
    const steps = stepsWith({}, { explained_variance: [0.5, null] });
    const [chart] = metricCharts(runWith(["explained_variance"]), steps, ["metric:explained_variance"]);
    expect(chart?.lines.map(({ from }) => from)).toEqual(["step_metric"]);
    expect(metricCharts(runWith(["explained_variance"]), null, ["metric:explained_variance"])).toHaveLength(
      1,
    );
  });

  it("knows means over tokens and counterparts of the reference", () => {
    const run = runWith(["k3_mean", "group_mean", "reward", "ref_reward"], ["k3"]);
    expect(isTokenMean(run, "k3_mean")).toBe(true);
    expect(isTokenMean(run, "group_mean")).toBe(false);
    expect(referenceOf(run, "reward")).toBe("ref_reward");
    expect(referenceOf(run, "valid_reward")).toBeNull();
    expect(referenceOf(run, "constructor")).toBeNull();
  });
});

describe("lines", () => {
  const drawing = { band: "std", bandScale: 1, fromZero: true } as const;
  const source = { name: "reward", from: "metric", colour: "policy" } as const;

  it("shifts line and band together", () => {
    const line = curveLine(source, "policy", stepsWith({ reward: summary([2, 3], 0, 9) }), drawing);
    expect(line?.values).toEqual([0, 1]);
    expect(line?.band).toEqual({ low: [-0.5, 0.5], high: [0.5, 1.5] });
  });

  it("is null until its numbers are there", () => {
    expect(curveLine(source, "policy", stepsWith({}), drawing)).toBeNull();
    expect(curveLine({ ...source, from: "step_metric" }, "policy", stepsWith({}), drawing)).toBeNull();
  });

  it("joins a later answer by step where the run has grown in between", () => {
    const more: Steps = { step: [10, 20], metrics: { extra: summary([5, 6]) }, step_metrics: {} };
    const both = withFurtherMetrics(stepsWith({ reward: summary([1, 2]) }), more);
    expect(both.step).toEqual([0, 10]);
    expect(both.metrics["extra"]?.mean).toEqual([null, 5]);
    expect(both.metrics["reward"]?.mean).toEqual([1, 2]);
  });
});

describe("distributions", () => {
  const run = runWith(["reward", "ref_reward"]);
  const steps = stepsWith({ reward: summary([1, 2], -1, 2), ref_reward: summary([0, 0], -3, 1) });

  it("spans everything that is compared", () => {
    expect(spanOf(steps, run, "reward", [10, 0], "all")).toEqual({ lo: -3, hi: 2 });
    expect(spanOf(steps, run, "reward", [10, null], "p01_p99")).toEqual({ lo: -2.9, hi: 1.9 });
    expect(spanOf(steps, run, "k3_mean", [10, 0], "all")).toBeNull();
    expect(spanOf(steps, run, "reward", [7], "all")).toBeNull();
  });

  it("takes fewer bins for fewer samples", () => {
    expect([0, 4, 48, 512, 100_000, null, undefined].map(binsFor)).toEqual([10, 10, 14, 40, 40, 40, 40]);
  });

  it("gives equal values bins with a width", () => {
    const flat = stepsWith({ reward: summary([1, 1], 1, 1) });
    expect(spanOf(flat, runWith(["reward"]), "reward", [0], "all")).toEqual({ lo: 0.95, hi: 1.05 });
  });
});

describe("questions to the server", () => {
  afterEach(() => vi.unstubAllGlobals());

  function answering(answer: (url: URL) => unknown): URL[] {
    const asked: URL[] = [];
    vi.stubGlobal("fetch", async (question: string) => {
      const url = new URL(question, "http://board/");
      asked.push(url);
      return new Response(JSON.stringify(answer(url)));
    });
    return asked;
  }

  it("pages through the samples up to the cap, asking only for columns of the run", async () => {
    const asked = answering((url) => {
      const [offset, limit] = ["offset", "limit"].map((name) => Number(url.searchParams.get(name)));
      const rows = Array.from(
        { length: Math.min(limit ?? 0, 1200 - (offset ?? 0)) },
        (_, i) => i + (offset ?? 0),
      );
      return {
        total: 1200,
        columns: {
          id: rows.map(String),
          step: rows.map(() => 7),
          reward: rows.map((i) => (i === 3 ? "NaN" : i)),
        },
      };
    });
    const found = marksOf(
      await stepSamples.fetch({
        scope: { run: "demo", step: 7 },
        columns: markColumnsOf(runWith(["reward"])),
        limit: 700,
      }),
    );
    expect(asked.map((url) => url.searchParams.getAll("columns"))).toEqual([
      ["id", "step", "reward"],
      ["id", "step", "reward"],
    ]);
    expect(asked.map((url) => [url.searchParams.get("offset"), url.searchParams.get("limit")])).toEqual([
      ["0", String(REQUEST_LIMIT)],
      [String(REQUEST_LIMIT), "200"],
    ]);
    expect(found.total).toBe(1200);
    expect(found.rewards).toHaveLength(700);
    expect(found.rewards[699]).toEqual({ id: "699", index: 699, value: 699, reference: null });
    expect(found.rewards[3]?.value).toBeNaN();
    expect(found.gaps.every((mark) => mark.value === null)).toBe(true);
  });

  it("asks for both comparisons on the same bins", async () => {
    const asked = answering((url) => ({
      edges: [0, 1],
      counts: [4],
      against_counts: [url.searchParams.get("against") === "reference" ? 2 : 3],
      density: { x: [0, 1], y: [1, 1], against_y: [1, 1] },
      quantiles: { p01: 0, p05: 0, p25: 0, p50: 0, p75: 1, p95: 1, p99: 1 },
      against_quantiles: null,
      count: 4,
      nonfinite: 0,
      against_count: 4,
      against_nonfinite: 0,
      mean: 0.5,
      std: 0.2,
      against_mean: 0.4,
      against_std: "NaN",
    }));
    const query = { metric: "reward", step: 7, bins: 1, span: { lo: 0, hi: 1 }, reference: true, pin: 2 };
    const compared = await distributions.fetch({ scope: { run: "demo" }, ...query });
    expect(asked.map((url) => url.searchParams.get("against"))).toEqual(["reference", "step:2"]);
    expect(
      new Set(asked.map((url) => ["lo", "hi", "bins"].map((name) => url.searchParams.get(name)).join())).size,
    ).toBe(1);
    const shapes = shapesOf(compared, { policy: "p", reference: "r", pinned: "o" });
    expect(shapes.map(({ key, counts, filled }) => [key, counts, filled])).toEqual([
      ["policy", [4], true],
      ["reference", [2], false],
      ["pinned", [3], false],
    ]);
  });
});

describe("marks of pages", () => {
  it("takes a missing column as missing values and words as none", () => {
    const pages = [{ total: 2, columns: { id: ["a", "b"], reward: [1, "na"] } }];
    expect(marksOf(pages).rewards.map((mark) => mark.value)).toEqual([1, null]);
    expect(marksOf(pages).gaps.map((mark) => mark.value)).toEqual([null, null]);
  });
});
