// @vitest-environment node
import { describe, expect, it } from "vitest";
import { columnOf, HIGH, LOW, MAIN, MAX, MIN, plotData, RAW } from "../../src/charts/curves/plotColumns";
import { smooth } from "../../src/charts/curves/smoothing";
import { bandOf } from "../../src/charts/curves/spreadBand";
import { bucketSize } from "../../src/charts/curves/stepBuckets";
import { valueScale } from "../../src/charts/scales/valueScale";
import { meansOf, type StepColumns } from "../../src/charts/shared/series";

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

  it("leaves out what lies off the chart: the curve goes on where it was", () => {
    // By hand: 1; then (1 · 0.25 + 3 · 0.5) / 0.75 over the two values inside.
    expect(smooth([1, 1e6, 3], 0.5, [0, 10])).toEqual([1, undefined, 7 / 3]);
    expect(smooth([1, 1e6, 3], 0.5)[2]).toBeGreaterThan(1e5);
    expect(smooth([1, 1e6, 3], 0, [0, 10])).toEqual([1, 1e6, 3]);
  });
});

const columns: StepColumns = {
  count: [4, 0, 0, 3],
  nonfinite: [0, 0, 2, 1],
  mean: [1, null, null, 3],
  std: [0.5, null, null, 1],
  min: [0, null, null, 1.5],
  max: [9, null, null, Number.POSITIVE_INFINITY],
  p05: [0, null, null, 1],
  p25: [0.5, null, null, 2],
  p75: [1.5, null, null, 4],
  p95: [2, null, null, Number.POSITIVE_INFINITY],
};

describe("bands and means", () => {
  it("tells a step without samples from a step without finite values", () => {
    expect(meansOf(columns)).toEqual([1, undefined, null, 3]);
  });

  it("puts the scaled standard deviation to both sides, and no further than the samples go", () => {
    // 3 − 2 · 1 = 1, but the smallest sample is 1.5.
    expect(bandOf(columns, "std", 2)).toEqual({
      low: [0, undefined, undefined, 1.5],
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

describe("columns of a chart", () => {
  const line = {
    key: "r",
    label: "r",
    colour: "policy",
    values: [1, 3],
    band: { low: [0, 2], high: [2, 4] },
  } as const;
  const linear = valueScale("linear", []);
  const band = { low: [...line.band.low], high: [...line.band.high] };

  it("stand where columnOf says, the raw line only while smoothing", () => {
    const still = plotData(
      [0, 1],
      [
        { ...line, band: null },
        { ...line, band },
      ],
      { smoothing: 0, usual: null, scale: linear, bucket: 1 },
    );
    expect(still[columnOf(0, LOW)]).toEqual([undefined, undefined]);
    expect(still[columnOf(1, LOW)]).toEqual([0, 2]);
    expect(still[columnOf(1, HIGH)]).toEqual([2, 4]);
    expect(still[columnOf(1, RAW)]).toEqual([undefined, undefined]);
    expect(still[columnOf(1, MAIN)]).toEqual([1, 3]);
    const moving = plotData([0, 1], [{ ...line, band }], {
      smoothing: 0.5,
      usual: null,
      scale: linear,
      bucket: 1,
    });
    expect(moving[columnOf(0, RAW)]).toEqual([1, 3]);
    expect(moving[columnOf(0, MAIN)]?.[1]).toBeCloseTo(1.75 / 0.75, 12);
  });

  it("are means with the smallest and largest where a point stands for several steps", () => {
    const many = { ...line, values: [1, 3, undefined, undefined, null, undefined, 8], band: null };
    const data = plotData([0, 1, 2, 3, 4, 5, 6], [many], {
      smoothing: 0,
      usual: null,
      scale: linear,
      bucket: 2,
    });
    expect(data[0]).toEqual([0, 2, 4, 6]);
    expect(data[columnOf(0, MAIN)]).toEqual([2, undefined, null, 8]);
    expect(data[columnOf(0, MIN)]).toEqual([1, undefined, null, 8]);
    expect(data[columnOf(0, MAX)]).toEqual([3, undefined, null, 8]);
  });

  it("count the steps in view: zoomed in, each has a point of its own again", () => {
    const x = Array.from({ length: 2500 }, (_, i) => i);
    // 2,500 steps on 300 pixels, one point for every 3: 25 steps each.
    expect(bucketSize(x, null, 300)).toBe(25);
    expect(bucketSize(x, [0, 100], 300)).toBe(1);
    expect(bucketSize(x, null, 0)).toBe(1);
  });

  it("are heights of the scale, and break where it has no place", () => {
    const data = plotData([0, 1], [{ ...line, values: [1000, 0], band }], {
      smoothing: 0,
      usual: null,
      scale: valueScale("log", []),
      bucket: 1,
    });
    expect(data[columnOf(0, MAIN)]).toEqual([3, null]);
    expect(data[columnOf(0, LOW)]).toEqual([null, Math.log10(2)]);
  });
});
