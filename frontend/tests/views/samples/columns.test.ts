// @vitest-environment jsdom

import { afterEach, expect, test } from "vitest";
import { runs } from "../../../src/data/runs";
import { DEFAULTS, select } from "../../../src/state/selection";
import { columnNames, resetColumns, showColumn, shownNames } from "../../../src/views/samples/table/columns";
import { metric, runInfo } from "../../fixtures";

const info = runInfo({
  metrics: ["reward", "k3_mean", "length", "judge"].map((name) =>
    metric(name, { origin: name === "judge" ? "joined" : "" }),
  ),
  token_metrics: [metric("values", { origin: "joined" })],
});

afterEach(() => {
  resetColumns();
  runs.value = null;
});

test("joined scores stand beside the reward and are shown until they are switched off", () => {
  select({ ...DEFAULTS, run: "demo" });
  runs.value = {
    runs: [info],
    ignored: [],
    looked_in: [],
    state: "ready",
    message: "",
    settings_problems: [],
  };
  expect(columnNames(info)).toEqual(["prompt", "response", "reward", "judge", "k3_mean", "length"]);
  expect(shownNames.value).toEqual(["prompt", "response", "reward", "judge", "k3_mean"]);
  showColumn("judge", false);
  showColumn("length", true);
  expect(shownNames.value).toEqual(["prompt", "response", "reward", "k3_mean", "length"]);
});
