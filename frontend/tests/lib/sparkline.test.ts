// @vitest-environment node
import { expect, test } from "vitest";
import { sparkline } from "../../src/lib/sparkline";

test("draws nothing of nothing", () => {
  expect(sparkline([], 100, 24)).toBe("");
  expect(sparkline([null, Number.NaN, Number.POSITIVE_INFINITY], 100, 24)).toBe("");
});

test("spans the width and the height", () => {
  expect(sparkline([0, 1], 100, 24)).toBe("M0.0 22.0L100.0 2.0");
});

test("a missing or infinite value is a gap", () => {
  expect(sparkline([0, null, 1, Number.NaN, 1], 100, 24)?.match(/M/g)).toHaveLength(3);
});

test("a lone value is a dash, equal values a level line", () => {
  expect(sparkline([3], 100, 24)).toBe("M0.0 12.0h1");
  expect(sparkline([3, 3], 100, 24)).toBe("M0.0 12.0L100.0 12.0");
});

test("a thinned curve keeps its spike", () => {
  const values = Array.from({ length: 10_000 }, (_, index) => (index === 4567 ? 50 : 0));
  const path = sparkline(values, 100, 24);
  expect(path.length).toBeLessThan(5000);
  expect(path).toContain(" 2.0");
});

test("points with gaps between them are a dash each", () => {
  expect(sparkline([1, null, 2], 120, 22)).toBe("M0.0 20.0h1M120.0 2.0h1");
});

test("a lone spike reaches the edge of the box and leaves the rest its height", () => {
  const values = Array.from({ length: 40 }, (_, i) => i);
  values[20] = -1e8;
  const heights = sparkline(values, 400, 24)
    .split(/[ML]/)
    .filter(Boolean)
    .map((point) => Number(point.split(" ")[1]));
  // 39 at the top, 0 at the bottom, where the spike goes as well; 10 of 39 lies 5.1 of 20 pixels up.
  expect([heights[39], heights[0], heights[20]]).toEqual([2, 22, 22]);
  expect(heights[10]).toBeCloseTo(22 - (20 * 10) / 39, 1);
});
