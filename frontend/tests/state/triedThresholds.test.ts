import { expect, test } from "vitest";
import { triedThresholds, tryThreshold } from "../../src/state/triedThresholds";

test("thresholds are read from the address, and nonsense is left out", () => {
  expect(triedThresholds("kl_spike_error:0.7,truncation_share:2e-1")).toEqual([
    { name: "kl_spike_error", value: 0.7 },
    { name: "truncation_share", value: 0.2 },
  ]);
  expect(triedThresholds("")).toEqual([]);
  expect(triedThresholds("kl_spike_error,:3,a:,b:x,c:Infinity")).toEqual([]);
});

test("one is tried at another value, and taken off", () => {
  const two = tryThreshold(tryThreshold("", "a", 1), "b", 2);
  expect(two).toBe("a:1,b:2");
  expect(tryThreshold(two, "a", 0)).toBe("b:2,a:0");
  expect(tryThreshold(two, "a", null)).toBe("b:2");
});
