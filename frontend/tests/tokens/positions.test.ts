import { expect, test } from "vitest";
import { maskedStretches } from "../../src/tokens/positions/maskedStretches";

test("tokens that do not count are bands from the first to before the next that counts", () => {
  expect(maskedStretches([false, false, true, true, false, true, false])).toEqual([
    [0, 2],
    [4, 5],
    [6, 7],
  ]);
  expect(maskedStretches([true, true])).toEqual([]);
  expect(maskedStretches(null)).toEqual([]);
});
