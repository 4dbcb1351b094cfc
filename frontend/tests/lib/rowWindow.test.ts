// @vitest-environment node
import { expect, test } from "vitest";
import { maxRows, ROW_HEIGHT, rowWindow, scrollTo } from "../../src/lib/rowWindow";

const VIEW = 480;

test("an empty table draws nothing", () => {
  expect(rowWindow(0, VIEW, 0)).toEqual({ first: 0, last: 0, offset: 0, height: 0 });
});

test("the rows on screen are drawn, and few others", () => {
  const total = 10_000;
  const { first, last, offset, height } = rowWindow(24_000, VIEW, total);
  expect(height).toBe(total * ROW_HEIGHT);
  expect(first).toBeLessThanOrEqual(1000);
  expect(last).toBeGreaterThanOrEqual(1020);
  expect(last - first).toBeLessThan(40);
  expect(offset).toBe(first * ROW_HEIGHT);
});

test("scrolling beyond the end shows the end", () => {
  const { first, last } = rowWindow(1e9, VIEW, 100);
  expect(last).toBe(100);
  expect(first).toBeGreaterThan(60);
});

test("a table taller than an element may be still reaches its last row, and each row in between", () => {
  const total = 5_000_000;
  const end = rowWindow(Number.MAX_SAFE_INTEGER, VIEW, total);
  expect(end.height).toBeLessThan(16_000_000);
  expect(end.last).toBe(total);
  // The last row's lower edge is the content's lower edge.
  expect(end.offset + (end.last - end.first) * ROW_HEIGHT).toBeCloseTo(end.height, 3);
  for (const row of [0, 12_345, 2_500_000, total - 1]) {
    const { first, last } = rowWindow(scrollTo(row, 0, VIEW, total), VIEW, total);
    expect(first).toBeLessThanOrEqual(row);
    expect(last).toBeGreaterThan(row);
  }
});

test("a row on screen needs no scrolling; one beside it the least", () => {
  expect(scrollTo(5, 48, VIEW, 1000)).toBe(48);
  expect(scrollTo(0, 48, VIEW, 1000)).toBe(0);
  expect(scrollTo(100, 0, VIEW, 1000)).toBe(101 * ROW_HEIGHT - VIEW);
});

test("no window has more rows than there are elements for", () => {
  for (const view of [VIEW, 481, 503, 504, 37])
    for (let top = 0; top < 60; top += 1) {
      const { first, last } = rowWindow(5000 + top, view, 10_000);
      expect(last - first).toBeLessThanOrEqual(maxRows(view));
    }
});
