// @vitest-environment jsdom

import { beforeEach, expect, test } from "vitest";
import { runs } from "../../src/data/runs";
import {
  chooseScalarRun,
  chosenScalarRuns,
  joinNames,
  scalarRuns,
  splitNames,
} from "../../src/data/scalarPairing";
import { DEFAULTS, select, selection } from "../../src/state/selection";
import { runInfo } from "../fixtures";

const PAIRED = runInfo({ scalar_runs: ["runs/a"] });

beforeEach(() => {
  select({ ...DEFAULTS, run: "demo" });
  runs.value = {
    runs: [PAIRED],
    ignored: [],
    looked_in: [],
    state: "ready",
    message: "",
    settings_problems: [],
  };
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
