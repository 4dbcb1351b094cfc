/** Parts of responses and several in one: positions, gaps and masks move along. */

import { signal } from "@preact/signals";
import { expect, test } from "vitest";
import { joinedTokens, tokenStretch } from "../../src/tokens/shared/tokenStretches";
import { TokenViewState } from "../../src/tokens/shared/tokenViewState";
import { data } from "./fixtures";

const FIRST = data(
  ["a", "b", "c", "d"],
  { k: [1, 2, 3, 4] },
  { missing: { k: [[1, 3]] }, mask: [true, false, true, true] },
);
const SECOND = data(["x", "y"], { k: [-9, 5], other: [7, 8] });

test("a stretch counts from its own start", () => {
  const part = tokenStretch(FIRST, 2);
  expect(part.shown).toEqual(["c", "d"]);
  expect([...(part.rows.get("k") ?? [])]).toEqual([3, 4]);
  expect(part.missing["k"]).toEqual([[0, 1]]);
  expect(part.mask).toEqual([true, true]);
  expect(tokenStretch(FIRST, 0, 2).missing["k"]).toEqual([[1, 2]]);
});

test("several responses are one behind the other, and say where a metric is missing", () => {
  const all = joinedTokens([FIRST, SECOND]);
  expect(all.shown).toEqual(["a", "b", "c", "d", "x", "y"]);
  expect([...(all.rows.get("k") ?? [])]).toEqual([1, 2, 3, 4, -9, 5]);
  expect(all.missing["k"]).toEqual([[1, 3]]);
  expect(all.missing["other"]).toEqual([[0, 4]]);
  expect(all.mask).toEqual([true, false, true, true, true, true]);
  expect(all.metrics.map(({ name }) => name)).toEqual(["k", "other"]);
});

test("the responses of a group are coloured on the scale of all of them", () => {
  const preferred = signal("k");
  const all = new TokenViewState(
    joinedTokens([data(["a"], { k: [1] }), data(["b", "c"], { k: [-4, 2] })]),
    preferred,
  );
  const own = new TokenViewState(data(["a"], { k: [1] }), preferred, all);
  expect(own.scale.value).toEqual(all.scale.value);
  expect(own.scale.value?.hi).toBeCloseTo(3.9, 5);
});
