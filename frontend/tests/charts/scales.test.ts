// @vitest-environment node
import { describe, expect, it } from "vitest";
import { percentLabels, tickLabels, widestText } from "../../src/charts/scales/axisLabels";
import { valueView } from "../../src/charts/scales/valueRange";
import { ticksApart, valueScale } from "../../src/charts/scales/valueScale";

const linear = valueScale("linear", []);
const steps = (n: number) => Array.from({ length: n }, (_, i) => i);
const line = (values: (number | null | undefined)[]) => ({ values, band: null });

describe("labels of an axis", () => {
  it("keep the sign and every digit that tells ticks apart", () => {
    expect(tickLabels([0.0005, 0.00075, 0.001])).toEqual(["0.0005", "0.00075", "0.001"]);
    expect(tickLabels([-1e8, -5e7, 0])).toEqual(["-1e8", "-5e7", "0"]);
    // 100 × 0.07 is 7.000000000000001.
    expect(percentLabels([0, 0.07, 0.14])).toEqual(["0 %", "7 %", "14 %"]);
    expect(tickLabels([12_345, 12_345.25, 12_345.5])).toEqual(["12,345", "12,345.25", "12,345.5"]);
    expect(tickLabels([0, 500, 1_000, -1_500])).toEqual(["0", "500", "1,000", "-1,500"]);
    expect(tickLabels([0.1 + 0.2])).toEqual(["0.3"]);
    expect(tickLabels([500_000, 1_000_000, 1_500_000])).toEqual(["5e5", "1e6", "1.5e6"]);
    expect(tickLabels([0.001, 0.01, 100])).toEqual(["0.001", "0.01", "100"]);
    expect(tickLabels([2e-5, 4e-5])).toEqual(["2e-5", "4e-5"]);
  });

  it("are as wide as their longest, also where nothing can be measured", () => {
    // 7 characters of 11 px, 0.62 em each: 47.74
    expect(widestText(["0.00075", "0"], "11px sans-serif")).toBe(48);
    expect(widestText([], "11px sans-serif")).toBe(0);
  });
});

describe("scales of values", () => {
  it("take values to heights and back", () => {
    const log = valueScale("log", []);
    expect(log.forward(1000)).toBeCloseTo(3, 12);
    expect(log.inverse(-2)).toBeCloseTo(0.01, 12);
    expect(log.forward(0)).toBeNaN();
    // GIVEN 0.5 as the smallest size: even up to 0.1, and −99.9 is log10(1 + 999) = 3 below 0.
    const both = valueScale("symlog", [0, -99.9, 0.5, 50]);
    expect(both.forward(-99.9)).toBeCloseTo(-3, 12);
    expect(both.inverse(-3)).toBeCloseTo(-99.9, 9);
    expect(both.forward(0)).toBe(0);
  });

  it("have two ticks at least", () => {
    expect(linear.ticks(0.4, 1.1, 2).length).toBeGreaterThan(1);
    expect(valueScale("log", []).ticks(1, 1000, 4)).toEqual([1, 10, 100, 1000]);
    expect(valueScale("log", []).ticks(1, 1e6, 4)).toEqual([1, 100, 1e4, 1e6]);
    expect(valueScale("log", []).ticks(2, 8, 3)).toEqual([2, 4, 6, 8]);
    expect(valueScale("symlog", [1]).ticks(-100, 100, 6)).toEqual([-100, -10, -1, 0, 1, 10, 100]);
  });

  it("keep their numbers apart, 0 and the largest before the others", () => {
    const both = valueScale("symlog", [1]);
    // Heights: −2.004, −1.04, −0.30, 0, 0.30, 1.04, 2.004
    expect(ticksApart([-100, -10, -1, 0, 1, 10, 100], both, 1)).toEqual([-100, 0, 100]);
    expect(ticksApart([-100, -10, -1, 0, 1, 10, 100], both, 0.5)).toEqual([-100, -10, 0, 10, 100]);
  });
});

describe("the values that a chart shows", () => {
  it("leave a lone spike out, and mark it", () => {
    // GIVEN 0 … 39 with a spike: p5 is 2, p95 is 37, so values beyond 37 + 1.5 · 35 = 89.5 are out.
    const values = steps(40);
    values[20] = 5000;
    const view = valueView(steps(40), [line(values)], null, linear, "robust");
    expect(view.marks).toEqual([{ step: 20, why: "above" }]);
    // From 0 to 39 with 6 % of 39 as air.
    expect(view.values[0]).toBeCloseTo(-2.34, 9);
    expect(view.values[1]).toBeCloseTo(41.34, 9);
    expect(valueView(steps(40), [line(values)], null, linear, "all").marks).toEqual([]);
  });

  it("keep an outlier that costs less than half of the height", () => {
    // A learning rate's warm-up: 0 lies no further from the rest than the rest is wide.
    const warm = steps(40).map((i) => (i === 0 ? 0 : Math.min(1, 0.5 + i / 4)));
    expect(valueView(steps(40), [line(warm)], null, linear, "robust").marks).toEqual([]);
  });

  it("show the newest value, however far it lies", () => {
    const values = steps(40);
    values[39] = 5000;
    const view = valueView(steps(40), [line(values)], null, linear, "robust");
    expect(view.marks).toEqual([]);
    expect(view.values[1]).toBeGreaterThan(5000);
  });

  it("are those of the steps in view", () => {
    const view = valueView(steps(40), [line(steps(40))], [10, 20], linear, "all");
    expect(view.values[0]).toBeCloseTo(9.4, 9);
    expect(view.values[1]).toBeCloseTo(20.6, 9);
  });

  it("give a constant room on both sides", () => {
    expect(valueView([0, 1], [line([0, 0])], null, linear, "robust").values).toEqual([-1, 1]);
    expect(valueView([0, 1], [line([20, 20])], null, linear, "robust").values).toEqual([18, 22]);
    expect(valueView([0], [line([undefined])], null, linear, "robust").values[0]).toBeLessThan(0);
    // The mean of equal values, added up and divided, is not them to the last digit.
    const nearly = [0.10653065971263342, 0.10653065971263344];
    const { values } = valueView([1, 2], [line(nearly)], null, linear, "robust");
    expect(values.map((end) => end.toFixed(3))).toEqual(["0.096", "0.117"]);
  });

  it("mark what is no number, and what a log scale has no place for", () => {
    const log = valueScale("log", []);
    const view = valueView([0, 1, 2, 3, 4], [line([1, null, undefined, -2, 100])], null, log, "robust");
    expect(view.marks).toEqual([
      { step: 1, why: "nonfinite" },
      { step: 3, why: "unscaled" },
    ]);
    // Two powers of ten with 6 % of them as air.
    expect(view.drawn[1]).toBeCloseTo(2.12, 9);
  });

  it("are exactly those that were chosen", () => {
    const view = valueView([0, 1, 2], [line([1, 2, 3])], null, linear, [1.5, 2.5]);
    expect(view.values).toEqual([1.5, 2.5]);
    // A zoom changes what is on the chart, and not which values are usual.
    expect(view.usual).toEqual([1, 3]);
    expect(valueView([0, 1, 2], [line([1, 2, 3])], null, linear, "all").usual).toBeNull();
    expect(view.marks).toEqual([
      { step: 0, why: "below" },
      { step: 2, why: "above" },
    ]);
  });
});
