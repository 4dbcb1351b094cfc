import { beforeEach, expect, test } from "vitest";
import { runs } from "../../src/data/runs";
import {
  chooseScalarRun,
  chosenScalarRuns,
  joinNames,
  scalarRuns,
  splitNames,
} from "../../src/data/scalarPairing";
import { metricHint, metricLabel } from "../../src/i18n";
import { originsOf } from "../../src/metrics/origins";
import { DEFAULTS, select, selection } from "../../src/state/selection";
import { metric, runInfo } from "../fixtures";

const JOINED = runInfo({
  scalar_runs: ["runs/a"],
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
  runs.value = { runs: [JOINED], ignored: [], looked_in: [], state: "ready", message: "" };
});

test("names survive the address, commas and percent signs included", () => {
  const names = ["a,b", "100%", "%2C", "runs/x y", ""];
  expect(splitNames(joinNames(names))).toEqual(names);
  expect(splitNames("")).toEqual([]);
});

test("the pairing is the server's until one is chosen, and again when the choice is the same", () => {
  expect(scalarRuns.value).toEqual(["runs/a"]);
  chooseScalarRun("runs/b", true);
  expect(selection.value.scalars).toBe("runs/a,runs/b");
  expect(scalarRuns.value).toEqual(["runs/a", "runs/b"]);
  chooseScalarRun("runs/a", false);
  expect(chosenScalarRuns.value).toEqual(["runs/b"]);
  chooseScalarRun("runs/a", true);
  chooseScalarRun("runs/b", false);
  expect(selection.value.scalars).toBe("");
});

test("a choice belongs to its run", () => {
  chooseScalarRun("runs/b", true);
  select({ run: "another" });
  expect(selection.value.scalars).toBe("");
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
  runs.value = { ...(runs.value ?? { ignored: [], looked_in: [], state: "ready", message: "" }), runs: [] };
  expect(metricLabel("judge")).toBe("judge");
});
