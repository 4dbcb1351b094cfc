// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test } from "vitest";
import { runs } from "../../../src/data/runs";
import { DEFAULTS, select } from "../../../src/state/selection";
import { isColumnMeant } from "../../../src/views/samples/table/ColumnMenu";
import {
  columnNames,
  resetColumns,
  showColumn,
  shownNames,
} from "../../../src/views/samples/table/columnChoice";
import { tableColumns } from "../../../src/views/samples/table/columns";
import { metric, runInfo } from "../../fixtures";
import { runsAnswer } from "../../page";

const info = runInfo({
  metrics: ["reward", "k3_mean", "length", "judge", "log_ratio_mean"].map((name) =>
    metric(name, { origin: name === "judge" ? "joined" : "" }),
  ),
  token_metrics: [metric("values", { origin: "joined" })],
});

beforeEach(() => {
  select({ ...DEFAULTS, run: "demo" });
  runs.value = runsAnswer(info);
});

afterEach(() => {
  resetColumns();
  runs.value = null;
});

/** The columns from the left, and where those that stay are. */
const frozen = (): [string, number | undefined][] =>
  tableColumns.value.map(({ name, frozenAt }) => [name, frozenAt]);

test("joined scores stand beside the reward and are shown until they are switched off", () => {
  const known = ["reward", "judge", "prompt", "response", "log_ratio_mean", "k3_mean"];
  expect(columnNames(info)).toEqual([...known, "length"]);
  expect(shownNames.value).toEqual(known);
  showColumn("judge", false);
  showColumn("length", true);
  expect(shownNames.value).toEqual(["reward", "prompt", "response", "log_ratio_mean", "k3_mean", "length"]);
});

test("reward, the number that is sorted by and the prompt stay on screen, whatever was chosen", () => {
  expect(frozen().slice(0, 3)).toEqual([
    ["reward", 0],
    ["prompt", 85],
    ["judge", undefined],
  ]);
  select({ sort: "length", order: "asc" });
  expect(shownNames.value.slice(0, 2)).toEqual(["reward", "length"]);
  expect(
    frozen()
      .slice(0, 3)
      .map(([name]) => name),
  ).toEqual(["reward", "length", "prompt"]);
  showColumn("reward", false);
  expect(frozen()[0]).toEqual(["length", 0]);
  // A text that is sorted by stays in its place.
  select({ sort: "response" });
  expect(frozen()[0]).toEqual(["prompt", 0]);
});

test("a ready-made order has its number beside the reward, too; a range of steps begins with the step", () => {
  select({ preset: "largest_kl", step_min: 1, step_max: 9 });
  expect(
    frozen()
      .slice(0, 4)
      .map(([name]) => name),
  ).toEqual(["step", "reward", "log_ratio_mean", "prompt"]);
});

test("a column is found by words of its name, its label and its explanation, in any order", () => {
  expect(isColumnMeant("k3_mean", "mean K3")).toBe(true);
  expect(isColumnMeant("k3_mean", "")).toBe(true);
  expect(isColumnMeant("reward", "k3")).toBe(false);
});
