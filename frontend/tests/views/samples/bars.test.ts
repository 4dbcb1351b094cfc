import { expect, test } from "vitest";
import { barOf, rangeOf, rangesOf } from "../../../src/views/samples/table/bars";

test("a bar goes from 0 to the value, to the left below 0", () => {
  // Between −1 and 3 the 0 is at a quarter.
  expect(barOf(3, [-1, 3])).toEqual([0.25, 1]);
  expect(barOf(-1, [-1, 3])).toEqual([0, 0.25]);
  expect(barOf(1, [-1, 3])).toEqual([0.25, 0.5]);
});

test("values on one side of 0 are still measured from 0", () => {
  expect(barOf(5, [4, 10])).toEqual([0, 0.5]);
  expect(barOf(-5, [-10, -4])).toEqual([0.5, 1]);
});

test("what lies beyond the range ends with it; what is no finite number has no bar", () => {
  expect(barOf(1e9, [0, 10])).toEqual([0, 1]);
  expect(barOf(Number.NaN, [0, 10])).toBeNull();
  expect(barOf(null, [0, 10])).toBeNull();
  expect(barOf(3, undefined)).toBeNull();
});

test("two percent at either end do not count, and numbers that are all the same have no range", () => {
  const values = [...Array.from({ length: 99 }, (_, i) => i), 1e9];
  expect(rangeOf(values)).toEqual([2, 97]);
  expect(rangeOf([1, 1, Number.NaN])).toBeNull();
  expect(rangeOf(["a", null])).toBeNull();
});

test("the ranges are those of all loaded pages; a page on its way is left out", () => {
  const page = (reward: (number | null)[]) => {
    const columns = { id: reward.map(String), reward };
    return reward.map((_, index) => ({ columns, index }));
  };
  const ranges = rangesOf([...page([null, 2]), undefined, ...page([4, 8])]);
  expect([...ranges]).toEqual([["reward", [2, 8]]]);
});
