// @vitest-environment node
import { describe, expect, it } from "vitest";
import { linearScale, paddedRange, ticks } from "../../src/charts/scales/linearScale";
import { faded } from "../../src/charts/shared/chartColours";
import {
  extentOf,
  firstFinite,
  nearestIndex,
  nearestLogged,
  stepBeside,
  subtract,
  thinnedIndices,
} from "../../src/charts/shared/series";

describe("series", () => {
  it("starts at zero from the first finite value", () => {
    const values = [undefined, Number.NaN, 2, 5, null];
    expect(firstFinite(values)).toBe(2);
    expect(subtract(values, firstFinite(values))).toEqual([undefined, Number.NaN, 0, 3, null]);
    expect(firstFinite([null, undefined])).toBe(0);
  });

  it("finds the nearest step, the lower one on a tie", () => {
    const steps = [0, 10, 20, 40];
    expect([-5, 4, 5, 6, 29, 30, 31, 99].map((x) => nearestIndex(steps, x))).toEqual([
      0, 0, 0, 1, 2, 2, 3, 3,
    ]);
    expect(nearestIndex([], 3)).toBe(-1);
  });

  it("walks to the neighbouring step and stops at the ends", () => {
    const steps = [0, 10, 20];
    expect(stepBeside(steps, 10, 1)).toBe(20);
    expect(stepBeside(steps, 20, 1)).toBe(20);
    expect(stepBeside(steps, 20, Number.NEGATIVE_INFINITY)).toBe(0);
    expect(stepBeside(steps, null, 1)).toBe(20);
    expect(stepBeside([], 3, 1)).toBeNull();
  });

  it("walks from a step that does not exist to the next that does", () => {
    expect(stepBeside([0, 10, 20], 12, 1)).toBe(20);
    expect(stepBeside([0, 10, 20], 18, 1)).toBe(20);
    expect(stepBeside([0, 10, 20], 18, -1)).toBe(10);
    expect(stepBeside([0, 10, 20], 12, -1)).toBe(10);
  });

  it("reads a sparse metric at the nearest step that has it", () => {
    expect(nearestLogged([1, undefined, undefined, null, undefined], 1)).toBe(0);
    expect(nearestLogged([1, undefined, undefined, null, undefined], 4)).toBe(3);
    expect(nearestLogged([undefined, undefined], 1)).toBe(1);
  });

  it("has no extent without finite values", () => {
    expect(extentOf([null, Number.NaN, undefined])).toBeNull();
    expect(extentOf([3, null, -1, Number.POSITIVE_INFINITY, 2])).toEqual({ min: -1, max: 3, last: 2 });
  });

  it("thins evenly and keeps both ends and what is asked for", () => {
    const rows = thinnedIndices(1000, 5, [777, -1, 1000]);
    expect(rows).toEqual([0, 250, 500, 749, 777, 999]);
    expect(thinnedIndices(3, 5)).toEqual([0, 1, 2]);
  });
});

describe("scales", () => {
  it("inverts itself and survives a range without width", () => {
    const scale = linearScale(10, 20, 100, 300);
    expect(scale(15)).toBe(200);
    expect(scale.invert(200)).toBe(15);
    expect(linearScale(5, 5, 0, 100)(5)).toBe(50);
  });

  it("ticks at round numbers inside the range", () => {
    expect(ticks(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(-0.3, 0.3, 6)).toEqual([-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]);
    expect(ticks(3, 3, 5)).toEqual([3]);
    expect(ticks(0.10653065971263342, 0.10653065971263344, 5)).toEqual([0.10653065971263342]);
    expect(ticks(1e300, 1e300 * (1 + 2e-16), 5)).toEqual([1e300]);
    expect(ticks(Number.NaN, 1, 5)).toEqual([]);
  });

  it("gives equal values room and ignores what is not finite", () => {
    expect(paddedRange([2, 2, Number.NaN, null])).toEqual([1.8, 2.2]);
    expect(paddedRange([])).toEqual([0, 1]);
    expect(paddedRange([2, 2 + 4e-16])[0]).toBeCloseTo(1.8);
  });
});

describe("faded", () => {
  it("reads hex and rgb and leaves other notations alone", () => {
    expect(faded("#fff", 0.5)).toBe("rgba(255, 255, 255, 0.5)");
    expect(faded("#0b7285", 0.2)).toBe("rgba(11, 114, 133, 0.2)");
    expect(faded("rgb(1 2 3)", 0.2)).toBe("rgba(1, 2, 3, 0.2)");
    expect(faded("teal", 0.2)).toBe("teal");
  });
});
