// @vitest-environment jsdom

import { beforeEach, expect, test, vi } from "vitest";
import { forgetSettings, isBoolean, isNumbers, isOneOf, isStrings, setting } from "../../src/lib/storage";

beforeEach(() => {
  localStorage.clear();
  forgetSettings();
});

test("a value is remembered across visits", () => {
  setting("wide", false, isBoolean).value = true;
  forgetSettings();
  expect(setting("wide", false, isBoolean).value).toBe(true);
  expect(localStorage.getItem("rlboard.wide")).toBe("true");
});

test("the default is not stored until something is chosen", () => {
  setting("wide", false, isBoolean);
  expect(localStorage.length).toBe(0);
});

test("one key is one signal", () => {
  expect(setting("wide", false, isBoolean)).toBe(setting("wide", true, isBoolean));
});

test.each(['"yes"', "{", "null", "1"])("what another page stored is not believed: %s", (text) => {
  localStorage.setItem("rlboard.wide", text);
  expect(setting("wide", false, isBoolean).value).toBe(false);
});

test("works without storage", () => {
  vi.stubGlobal("localStorage", {
    getItem: () => {
      throw new DOMException("denied", "SecurityError");
    },
    setItem: () => {
      throw new DOMException("denied", "SecurityError");
    },
  });
  const wide = setting("wide", false, isBoolean);
  wide.value = true;
  expect(wide.value).toBe(true);
});

test("the validators", () => {
  expect(isStrings(["a"])).toBe(true);
  expect(isStrings(["a", 1])).toBe(false);
  expect(isNumbers({ a: 1 })).toBe(true);
  expect(isNumbers({ a: Number.NaN })).toBe(false);
  expect(isNumbers([1])).toBe(false);
  expect(isOneOf("x", "y")("y")).toBe(true);
  expect(isOneOf("x", "y")("z")).toBe(false);
});
