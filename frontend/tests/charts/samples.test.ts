// @vitest-environment node
import { describe, expect, it } from "vitest";
import { gapsOf, nonfiniteCount, orderedMarks, type SampleMark } from "../../src/charts/samples/sampleMarks";

const marks = (...values: (number | null)[]): SampleMark[] =>
  values.map((value, index) => ({ id: `s${index}`, index, value, reference: null }));

describe("marks", () => {
  it("caps before sorting, so that the highest are not hidden", () => {
    const shown = orderedMarks(marks(3, 9, 1, 0), "sorted", 3);
    expect(shown.map((mark) => mark.value)).toEqual([1, 3, 9]);
    expect(orderedMarks(marks(3, 9, 1, 0), "logged", 2).map((mark) => mark.value)).toEqual([3, 9]);
  });

  it("puts non-finite values last and counts them, missing ones not", () => {
    const all = marks(Number.NaN, 2, null, 1, Number.POSITIVE_INFINITY);
    expect(orderedMarks(all, "sorted", 9).map((mark) => mark.index)).toEqual([3, 1, 0, 2, 4]);
    expect(nonfiniteCount(all)).toBe(2);
  });

  it("counts wins, ties and losses of the finite gaps, worst first", () => {
    const gaps = gapsOf(marks(0.5, -1, 0, null, Number.NaN, 2));
    expect(gaps.marks.map((mark) => mark.value)).toEqual([-1, 0, 0.5, 2]);
    expect([gaps.win, gaps.tie, gaps.loss]).toEqual([2, 1, 1]);
  });
});
