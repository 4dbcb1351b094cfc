import { expect, test } from "vitest";
import type { Runs } from "../../src/api/answers";
import { nextWait } from "../../src/data/polling";

const quiet: Runs = {
  runs: [],
  ignored: [],
  looked_in: [],
  state: "ready",
  message: "",
  settings_problems: [],
};

test("while something is being read the page asks every second", () => {
  expect(nextWait(30_000, { ...quiet, state: "looking" }, false)).toBe(1000);
});

test("the longer nothing changes, the rarer the question, up to half a minute", () => {
  let wait = nextWait(1000, quiet, false);
  const waits = [wait];
  for (let round = 0; round < 8; round += 1) {
    wait = nextWait(wait, quiet, false);
    waits.push(wait);
  }
  expect(waits[0]).toBe(5000);
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.at(-1)).toBe(30_000);
});

test("a change makes it ask soon again, also after a failure", () => {
  expect(nextWait(30_000, quiet, true)).toBe(5000);
  expect(nextWait(5000, null, false)).toBe(7500);
});
