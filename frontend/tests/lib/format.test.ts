// @vitest-environment node
import { expect, test } from "vitest";
import { bytes, count, duration, full, num, percent, signed } from "../../src/lib/format";

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
])("num(%d) is %s", (value, text) => {
  expect(num(value)).toBe(text);
});

test("what is no number is a word, what is missing a dash", () => {
  expect(num(Number.NaN)).toBe("NaN");
  expect(num(Number.POSITIVE_INFINITY)).toBe("Infinity");
  expect(num(Number.NEGATIVE_INFINITY)).toBe("-Infinity");
  expect(num(null)).toBe("–");
  expect(full(undefined)).toBe("–");
  expect(full(Number.NaN)).toBe("NaN");
  expect(percent(null)).toBe("–");
});

test("full keeps every digit", () => {
  expect(full(0.1 + 0.2)).toBe("0.30000000000000004");
});

test("signed marks what is above zero", () => {
  expect(signed(4.2)).toBe("+4.2");
  expect(signed(0)).toBe("0");
  expect(signed(-4.2)).toBe("-4.2");
});

test("count groups thousands", () => {
  expect(count(51200)).toBe("51,200");
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.00 kB"],
  [12_345_678, "12.3 MB"],
  [999_600_000, "1.00 GB"],
  [-1, "–"],
])("bytes(%d) is %s", (value, text) => {
  expect(bytes(value)).toBe(text);
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
  expect(duration(value)).toBe(text);
});

test("percent keeps three digits", () => {
  expect(percent(0.12345)).toBe("12.3 %");
});
