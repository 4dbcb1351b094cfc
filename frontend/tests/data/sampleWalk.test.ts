// @vitest-environment jsdom

import { beforeEach, expect, test, vi } from "vitest";
import { listOrder, moveSample, rowLoader } from "../../src/data/sampleWalk";
import { DEFAULTS, select, selection } from "../../src/state/selection";

beforeEach(() => {
  select({ ...DEFAULTS });
  rowLoader.value = null;
  listOrder.value = { ids: ["a", "b", undefined], total: 3 };
});

test("walks the table's listOrder and stops at its ends", async () => {
  select({ sample: "a" });
  expect(await moveSample(-1)).toBe(false);
  expect(await moveSample(1)).toBe(true);
  expect(selection.value.sample).toBe("b");
});

test("loads the page of a row that is not there yet", async () => {
  rowLoader.value = async (row) => {
    expect(row).toBe(2);
    listOrder.value = { ids: ["a", "b", "c"], total: 3 };
  };
  select({ sample: "b" });
  expect(await moveSample(1)).toBe(true);
  expect(selection.value.sample).toBe("c");
  expect(await moveSample(1)).toBe(false);
});

test("a sample outside of the table is left by the listOrder of logging", async () => {
  const neighbours = { previous: "w", next: null, group: [], group_rewards: [], prompt: [] };
  const sample = {
    id: "x",
    run: ".",
    step: 1,
    split: "train",
    attempt: 1,
    file: "f",
    line: 1,
    texts: {},
    scalars: {},
    messages: null,
    response_tokens: [],
    raw_tokens: [],
    token_metrics: [],
    missing: {},
    mask: null,
    trimmed: [],
    problems: [],
    neighbours,
  };
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(sample)));
  select({ sample: "x" });
  expect(await moveSample(1)).toBe(false);
  expect(await moveSample(-1)).toBe(true);
  expect(selection.value.sample).toBe("w");
});

test("nothing is walked while nothing is open", async () => {
  expect(await moveSample(1)).toBe(false);
});
