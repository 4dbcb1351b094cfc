// @vitest-environment node
import { describe, expect, it } from "vitest";
import { binOf, densities } from "../../src/charts/distribution/Histogram";
import { MIN_VALUES, spreadChange } from "../../src/charts/distribution/spreadChange";

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
