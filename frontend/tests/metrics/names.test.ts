// @vitest-environment jsdom

import { beforeEach, expect, test } from "vitest";
import { runs } from "../../src/data/runs";
import { metricHint, metricLabel, originsOf } from "../../src/metrics";
import { DEFAULTS, select } from "../../src/state/selection";
import { metric, runInfo } from "../fixtures";

const JOINED = runInfo({
  metrics: [metric("reward"), metric("judge", { origin: "joined" })],
  token_metrics: [metric("k3", { origin: "computed" })],
  text_columns: ["ref_response", "ground_truth"],
  joined: [
    { what: "scores", source: "scores.jsonl", matched: 8, unmatched: 0, columns: ["judge"] },
    { what: "reference", source: "sft", matched: 8, unmatched: 0, columns: ["ref_response"] },
  ],
});

beforeEach(() => {
  select({ ...DEFAULTS, run: "demo" });
  runs.value = {
    runs: [JOINED],
    ignored: [],
    looked_in: [],
    state: "ready",
    message: "",
    settings_problems: [],
  };
});

test("metrics have words: ours, statistics of ours, and names we do not know", () => {
  expect(metricLabel("reward")).toBe("reward");
  expect(metricLabel("k3_mean")).toBe("k3 mean");
  expect(metricLabel("log_ratio_absmean")).toBe("mean |log ratio|");
  expect(metricLabel("group_mean")).toBe("group mean");
  expect(metricLabel("my_score_mean")).toBe("my_score_mean");
  expect(metricLabel("constructor")).toBe("constructor");
  expect(metricHint("k3_sum")).toContain("exp(−log_ratio) − 1 + log_ratio");
  expect(metricHint("my.score")).toContain("my.score");
});

test("a metric of the log's own keeps its name, also where a statistic or a column is called so", () => {
  expect(metricLabel("mean")).toBe("mean");
  expect(metricHint("logged")).toBe("logged: a number logged with each sample under this name");
  expect(metricLabel("prompt")).toBe("prompt");
});

test("joined metrics and texts are marked, and their hint says where from; others are not", () => {
  expect([...originsOf(JOINED)]).toEqual([
    ["judge", "scores.jsonl"],
    ["ref_response", "sft"],
  ]);
  expect(originsOf(null).size).toBe(0);
  expect(metricLabel("judge")).toBe("judge ⋈");
  expect(metricHint("judge")).toContain("joined from scores.jsonl");
  expect(metricLabel("reward")).toBe("reward");
  expect(metricHint("k3")).not.toContain("⋈");
  runs.value = {
    ...(runs.value ?? { ignored: [], looked_in: [], state: "ready", message: "", settings_problems: [] }),
    runs: [],
  };
  expect(metricLabel("judge")).toBe("judge");
});
