// @vitest-environment jsdom

/** What of an address nobody understands is noted, with what would be right. */

import { beforeEach, expect, test } from "vitest";
import {
  hideInvalidParameters,
  invalidParameters,
  invalidParametersOf,
} from "../../src/state/links/invalidParameters";
import { DEFAULTS, followAddress, select, selection, toAddress } from "../../src/state/selection";
import { FULL } from "./fullSelection";

const named = (values: Record<string, string>) =>
  invalidParametersOf(values).map(({ name, value }) => `${name}=${value}`);

beforeEach(() => {
  window.history.replaceState(null, "", "/#rlboard");
  select({ ...DEFAULTS });
  hideInvalidParameters();
});

test("what this version writes is understood", () => {
  expect(invalidParametersOf(toAddress(FULL))).toEqual([]);
  expect(invalidParametersOf({})).toEqual([]);
});

test.each([
  ["list", "solvd"],
  ["list", "solved,regressed"],
  ["groups_sort", "wieght"],
  ["view", "promts"],
  ["order", "up"],
  ["changed", "c"],
  ["regex", "yes"],
  ["step", "seven"],
  ["pin", "1e9"],
  ["success", "half"],
])("%s=%s is not", (name, value) => {
  expect(named({ [name]: value })).toEqual([`${name}=${value}`]);
});

test("of several words the odd one is named, with those that are there", () => {
  expect(invalidParametersOf({ kinds: "all_right,al_wrong" })).toEqual([
    {
      name: "kinds",
      value: "al_wrong",
      allowed: { words: expect.arrayContaining(["all_wrong"]), several: true },
    },
  ]);
  expect(named({ kinds: "all_right,all_wrong" })).toEqual([]);
});

test.each(["lits", "constructor", "__proto__"])("a name that is not there is told: %s", (name) => {
  expect(invalidParametersOf({ ...Object.fromEntries([[name, "solved"]]) })).toEqual([
    { name, value: "solved", allowed: null },
  ]);
});

test("an empty value says nothing", () => {
  expect(invalidParametersOf({ list: "", kinds: "", step: "", regex: "" })).toEqual([]);
});

test("it stays after the address is written anew, and goes with the next link", () => {
  window.history.replaceState(null, "", "/#rlboard&p.rlboard.list=solvd&p.rlboard.run=a");
  const stop = followAddress();
  expect(invalidParameters.value.map(({ value }) => value)).toEqual(["solvd"]);
  select({ step: 3 }, "push");
  window.dispatchEvent(new PopStateEvent("popstate"));
  expect(invalidParameters.value.map(({ value }) => value)).toEqual(["solvd"]);
  window.history.replaceState(null, "", "/#rlboard&p.rlboard.list=solved&p.rlboard.run=a");
  window.dispatchEvent(new PopStateEvent("popstate"));
  expect(invalidParameters.value).toEqual([]);
  expect(selection.value.list).toBe("solved");
  stop();
});
