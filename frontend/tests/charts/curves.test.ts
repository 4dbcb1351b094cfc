import { describe, expect, it } from "vitest";
import { columnOf, HIGH, LOW, MAIN, plotData, RAW } from "../../src/charts/curves/plotColumns";
import { smooth } from "../../src/charts/curves/smoothing";
import { bandOf } from "../../src/charts/curves/spreadBand";
import { binOf, densities } from "../../src/charts/distribution/Histogram";
import { MIN_VALUES, spreadChange } from "../../src/charts/distribution/spreadChange";
import { gapsOf, type Mark, nonfiniteCount, orderedMarks } from "../../src/charts/samples/sampleMarks";
import { faded } from "../../src/charts/shared/chartColours";
import { linearScale, paddedRange, ticks } from "../../src/charts/shared/linearScale";
import {
  extentOf,
  firstFinite,
  meansOf,
  nearestIndex,
  nearestLogged,
  type StepColumns,
  stepBeside,
  subtract,
  thinnedIndices,
} from "../../src/charts/shared/series";

describe("smooth", () => {
  it("leaves the values alone at weight 0", () => {
    expect(smooth([1, 5, 2], 0)).toEqual([1, 5, 2]);
  });

  it("divides by the weight seen, so that the first value is itself", () => {
    // GIVEN weight 0.5: 1, then (0.5·0.5·1 + 0.5·3) / 0.75, then (0.5·1.75 + 0.5·5) / 0.875
    const [a, b, c] = smooth([1, 3, 5], 0.5);
    expect(a).toBeCloseTo(1, 12);
    expect(b).toBeCloseTo(1.75 / 0.75, 12);
    expect(c).toBeCloseTo((0.5 * 1.75 + 2.5) / 0.875, 12);
  });

  it("passes over what is not finite without forgetting the average", () => {
    const whole = smooth([1, 3, 5], 0.9);
    const holed = smooth([1, Number.NaN, null, 3, undefined, Number.POSITIVE_INFINITY, 5], 0.9);
    expect(holed[0]).toBe(whole[0]);
    expect(holed[1]).toBeNaN();
    expect(holed[2]).toBeNull();
    expect(holed[3]).toBe(whole[1]);
    expect(holed[4]).toBeUndefined();
    expect(holed[5]).toBe(Number.POSITIVE_INFINITY);
    expect(holed[6]).toBe(whole[2]);
  });

  it("keeps a constant curve exactly constant", () => {
    expect(smooth([0.1, 0.1, null, 0.1], 0.7)).toEqual([0.1, 0.1, null, 0.1]);
  });
});

const columns: StepColumns = {
  count: [4, 0, 0, 3],
  nonfinite: [0, 0, 2, 1],
  mean: [1, null, null, 3],
  std: [0.5, null, null, 1],
  p05: [0, null, null, 1],
  p25: [0.5, null, null, 2],
  p75: [1.5, null, null, 4],
  p95: [2, null, null, Number.POSITIVE_INFINITY],
};

describe("bands and means", () => {
  it("tells a step without samples from a step without finite values", () => {
    expect(meansOf(columns)).toEqual([1, undefined, null, 3]);
  });

  it("puts the scaled standard deviation to both sides", () => {
    expect(bandOf(columns, "std", 2)).toEqual({
      low: [0, undefined, undefined, 1],
      high: [2, undefined, undefined, 5],
    });
  });

  it("takes quantiles as they are and leaves out infinite ones", () => {
    expect(bandOf(columns, "p05_p95", 3)).toEqual({
      low: [0, undefined, undefined, 1],
      high: [2, undefined, undefined, undefined],
    });
    expect(bandOf(columns, "p25_p75", 3)?.high).toEqual([1.5, undefined, undefined, 4]);
  });

  it("has nothing to shade at no width", () => {
    expect(bandOf(columns, "none", 1)).toBeNull();
    expect(bandOf(columns, "std", 0)).toBeNull();
  });
});

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

describe("columns of a chart", () => {
  const line = {
    key: "r",
    label: "r",
    colour: "policy",
    values: [1, 3],
    band: { low: [0, 2], high: [2, 4] },
  } as const;
  const band = { low: [...line.band.low], high: [...line.band.high] };

  it("stand where columnOf says, the raw line only while smoothing", () => {
    const still = plotData(
      [0, 1],
      [
        { ...line, band: null },
        { ...line, band },
      ],
      0,
    );
    expect(still[columnOf(0, LOW)]).toEqual([undefined, undefined]);
    expect(still[columnOf(1, LOW)]).toEqual([0, 2]);
    expect(still[columnOf(1, HIGH)]).toEqual([2, 4]);
    expect(still[columnOf(1, RAW)]).toEqual([undefined, undefined]);
    expect(still[columnOf(1, MAIN)]).toEqual([1, 3]);
    const moving = plotData([0, 1], [{ ...line, band }], 0.5);
    expect(moving[columnOf(0, RAW)]).toEqual([1, 3]);
    expect(moving[columnOf(0, MAIN)]?.[1]).toBeCloseTo(1.75 / 0.75, 12);
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
    expect(ticks(Number.NaN, 1, 5)).toEqual([]);
  });

  it("gives equal values room and ignores what is not finite", () => {
    expect(paddedRange([2, 2, Number.NaN, null])).toEqual([1.8, 2.2]);
    expect(paddedRange([])).toEqual([0, 1]);
  });
});

const marks = (...values: (number | null)[]): Mark[] =>
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

describe("histogram", () => {
  it("encloses an area of 1 whatever the number of values", () => {
    const heights = densities([0, 0.5, 1.5], { counts: [1, 3], total: 4 });
    expect(heights).toEqual([0.5, 0.75]);
    expect(densities([0, 1], { counts: [0], total: 0 })).toEqual([0]);
  });

  it("gives the last edge to the last bin", () => {
    const edges = [0, 1, 2];
    expect([-0.1, 0, 0.99, 1, 2, 2.1].map((x) => binOf(edges, x))).toEqual([null, 0, 0, 1, 1, null]);
  });
});

describe("sharpening", () => {
  const spread = (std: number | null, iqr: number | null, count = 100) => ({ count, std, iqr });

  it("needs both numbers to agree", () => {
    expect(spreadChange(spread(1, 1.3), spread(0.5, 0.6))).toBe("sharper");
    expect(spreadChange(spread(0.5, 0.6), spread(1, 1.3))).toBe("wider");
    expect(spreadChange(spread(1, 0.6), spread(0.5, 1.3))).toBe("mixed");
    expect(spreadChange(spread(1, 1.3), spread(0.95, 1.3))).toBe("same");
    expect(spreadChange(spread(1, 1.3), spread(0.95, 0.6))).toBe("sharper");
  });

  it("says nothing from too few values or from none", () => {
    expect(spreadChange(spread(1, 1, MIN_VALUES - 1), spread(0.1, 0.1))).toBe("too_few");
    expect(spreadChange(spread(1, 1), spread(null, null))).toBe("unknown");
  });

  it("calls a point what it is, and two points the same", () => {
    expect(spreadChange(spread(1, 1), spread(0, 0))).toBe("collapsed");
    expect(spreadChange(spread(0, 0), spread(0, 0))).toBe("same");
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
