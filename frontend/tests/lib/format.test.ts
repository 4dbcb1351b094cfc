// @vitest-environment node
import { expect, test } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatExactly,
  formatNumber,
  formatPercent,
  formatSigned,
} from "../../src/lib/format";

test.each([
  [0, "0"],
  [-0, "0"],
  [1, "1"],
  [-17, "-17"],
  [999, "999"],
  [16000, "16,000"],
  [-1234567, "-1,234,567"],
  [12345678, "1.23e7"],
  [0.5, "0.5"],
  [0.123456, "0.1235"],
  [-2.5, "-2.5"],
  [0.001234, "0.00123"],
  [0.00001234, "1.23e-5"],
  [1234.56, "1,235"],
  [999.96, "1,000"],
  [-999.951, "-1,000"],
  [15999.5, "16,000"],
  [14.274145, "14.27"],
  [100.00001, "100"],
  [1e300, "1.00e300"],
])("formatNumber(%d) is %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test("what is no number is a word, what is missing a dash", () => {
  expect(formatNumber(Number.NaN)).toBe("NaN");
  expect(formatNumber(Number.POSITIVE_INFINITY)).toBe("Infinity");
  expect(formatNumber(Number.NEGATIVE_INFINITY)).toBe("-Infinity");
  expect(formatNumber(null)).toBe("–");
  expect(formatExactly(undefined)).toBe("–");
  expect(formatExactly(Number.NaN)).toBe("NaN");
  expect(formatPercent(null)).toBe("–");
});

test("formatExactly keeps every digit", () => {
  expect(formatExactly(0.1 + 0.2)).toBe("0.30000000000000004");
});

test("formatSigned marks what is above zero", () => {
  expect(formatSigned(4.2)).toBe("+4.2");
  expect(formatSigned(0)).toBe("0");
  expect(formatSigned(-4.2)).toBe("-4.2");
});

test("formatCount groups thousands", () => {
  expect(formatCount(51200)).toBe("51,200");
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.00 kB"],
  [12_345_678, "12.3 MB"],
  [999_600_000, "1.00 GB"],
  [-1, "–"],
])("bytes(%d) is %s", (value, text) => {
  expect(formatBytes(value)).toBe(text);
});

test.each([
  [0.2, "0 s"],
  [59.6, "1 min"],
  [200, "3 min 20 s"],
  [3600, "1 h"],
  [7500, "2 h 5 min"],
  [86_400 * 3 + 3600 * 4, "3 d 4 h"],
  [Number.POSITIVE_INFINITY, "–"],
])("duration(%d) is %s", (value, text) => {
  expect(formatDuration(value)).toBe(text);
});

test("percent keeps three digits", () => {
  expect(formatPercent(0.12345)).toBe("12.3 %");
});
