import { beforeEach, expect, test, vi } from "vitest";
import { needRow, nextSample, order, previousSample } from "../../src/data/sampleWalk";
import { DEFAULTS, select, selection } from "../../src/state/selection";

beforeEach(() => {
  select({ ...DEFAULTS });
  needRow.value = null;
  order.value = { ids: ["a", "b", undefined], total: 3 };
});

test("walks the table's order and stops at its ends", async () => {
  select({ sample: "a" });
  expect(await previousSample()).toBe(false);
  expect(await nextSample()).toBe(true);
  expect(selection.value.sample).toBe("b");
});

test("loads the page of a row that is not there yet", async () => {
  needRow.value = async (row) => {
    expect(row).toBe(2);
    order.value = { ids: ["a", "b", "c"], total: 3 };
  };
  select({ sample: "b" });
  expect(await nextSample()).toBe(true);
  expect(selection.value.sample).toBe("c");
  expect(await nextSample()).toBe(false);
});

test("a sample outside of the table is left by the order of logging", async () => {
  const neighbours = { previous: "w", next: null, group: [], prompt: [] };
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
  expect(await nextSample()).toBe(false);
  expect(await previousSample()).toBe(true);
  expect(selection.value.sample).toBe("w");
});

test("nothing is walked while nothing is open", async () => {
  expect(await nextSample()).toBe(false);
});
