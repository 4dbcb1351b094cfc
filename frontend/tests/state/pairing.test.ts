import { beforeEach, expect, test } from "vitest";
import { runs } from "../../src/state/data";
import { chooseScalars, chosenScalars, joinNames, scalarRuns, splitNames } from "../../src/state/pairing";
import { DEFAULTS, select, selection } from "../../src/state/selection";
import { runInfo } from "../fixtures";

const PAIRED = runInfo({ scalar_runs: ["runs/a"] });

beforeEach(() => {
  select({ ...DEFAULTS, run: "demo" });
  runs.value = { runs: [PAIRED], ignored: [], looked_in: [], state: "ready", message: "" };
});

test("names survive the address, commas and percent signs included", () => {
  const names = ["a,b", "100%", "%2C", "runs/x y", ""];
  expect(splitNames(joinNames(names))).toEqual(names);
  expect(splitNames("")).toEqual([]);
});

test("the pairing is the server's until one is chosen, and again when the choice is the same", () => {
  expect(scalarRuns.value).toEqual(["runs/a"]);
  chooseScalars("runs/b", true);
  expect(selection.value.scalars).toBe("runs/a,runs/b");
  expect(scalarRuns.value).toEqual(["runs/a", "runs/b"]);
  chooseScalars("runs/a", false);
  expect(chosenScalars.value).toEqual(["runs/b"]);
  chooseScalars("runs/a", true);
  chooseScalars("runs/b", false);
  expect(selection.value.scalars).toBe("");
});

test("a choice belongs to its run", () => {
  chooseScalars("runs/b", true);
  select({ run: "another" });
  expect(selection.value.scalars).toBe("");
});
