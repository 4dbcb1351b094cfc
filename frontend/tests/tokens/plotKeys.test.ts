import { expect, test } from "vitest";
import { zoomed } from "../../src/tokens/positions/plotKeys";

test("a zoom keeps the chosen token where it is on the chart", () => {
  // A quarter from the left before and after: (30 − 20) / 40 = (30 − 25) / 20.
  expect(zoomed([20, 60], 0.5, 30, 100)).toEqual([25, 45]);
  expect(zoomed([25, 45], 2, 30, 100)).toEqual([20, 60]);
});

test("without a token in sight it keeps the middle, and it never leaves the response", () => {
  expect(zoomed([0, 100], 0.5, null, 100)).toEqual([25, 75]);
  expect(zoomed([0, 100], 0.5, 0, 100)).toEqual([0, 50]);
  expect(zoomed([60, 100], 2, 90, 100)).toEqual([20, 100]);
  expect(zoomed([20, 100], 2, null, 100)).toEqual([0, 100]);
});

test("a few positions are as near as it goes, and a response of one token stays as it is", () => {
  expect(zoomed([10, 16], 0.5, 13, 100)).toEqual([11, 15]);
  expect(zoomed([0, 0], 0.5, 0, 0)).toEqual([0, 0]);
});
