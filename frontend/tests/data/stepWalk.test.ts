// @vitest-environment jsdom

import { beforeEach, expect, test } from "vitest";
import { steps } from "../../src/data/steps";
import { goToStep, indexAtOrBelow, moveStep, togglePin } from "../../src/data/stepWalk";
import { DEFAULTS, select, selection } from "../../src/state/selection";

beforeEach(() => {
  select({ ...DEFAULTS });
  steps.value = { step: [10, 20, 40], metrics: {}, step_metrics: {} };
});

test("the indexAtOrBelow step is never above, except before the first", () => {
  expect(indexAtOrBelow([10, 20, 40], 20)).toBe(1);
  expect(indexAtOrBelow([10, 20, 40], 39)).toBe(1);
  expect(indexAtOrBelow([10, 20, 40], 1000)).toBe(2);
  expect(indexAtOrBelow([10, 20, 40], 1)).toBe(0);
  expect(indexAtOrBelow([], 1)).toBe(-1);
  expect(indexAtOrBelow([10], null)).toBe(-1);
});

test("walking goes from step to step and stops at the ends", () => {
  select({ step: 20 });
  expect(moveStep(1)).toBe(true);
  expect(selection.value.step).toBe(40);
  expect(moveStep(1)).toBe(false);
  moveStep(-1);
  moveStep(-1);
  expect(selection.value.step).toBe(10);
  expect(moveStep(-1)).toBe(false);
});

test("walking starts from a step that has no samples", () => {
  select({ step: 30 });
  moveStep(-1);
  expect(selection.value.step).toBe(20);
  select({ step: 30 });
  moveStep(1);
  expect(selection.value.step).toBe(40);
  select({ step: 3 });
  moveStep(1);
  expect(selection.value.step).toBe(10);
});

test.each([
  [40, 40],
  [31, 40],
  [29, 20],
  [-5, 10],
  [9999, 40],
])("typing %d goes to %d", (typed, reached) => {
  goToStep(typed);
  expect(selection.value.step).toBe(reached);
});

test("p pins, and p again takes the pin off", () => {
  select({ step: 20 });
  togglePin();
  expect(selection.value.pin).toBe(20);
  select({ step: 40 });
  togglePin();
  expect(selection.value.pin).toBe(40);
  togglePin();
  expect(selection.value.pin).toBeNull();
});
