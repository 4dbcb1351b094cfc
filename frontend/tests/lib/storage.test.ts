// @vitest-environment jsdom

import { beforeEach, expect, test, vi } from "vitest";
import { forgetStored, isBoolean, isNumbers, isOneOf, isStrings, storedSignal } from "../../src/lib/storage";

beforeEach(() => {
  localStorage.clear();
  forgetStored();
});

test("a value is remembered across visits", () => {
  storedSignal("wide", false, isBoolean).value = true;
  forgetStored();
  expect(storedSignal("wide", false, isBoolean).value).toBe(true);
  expect(localStorage.getItem("rlboard.wide")).toBe("true");
});

test("the default is not stored until something is chosen", () => {
  storedSignal("wide", false, isBoolean);
  expect(localStorage.length).toBe(0);
});

test("one key is one signal", () => {
  expect(storedSignal("wide", false, isBoolean)).toBe(storedSignal("wide", true, isBoolean));
});

test.each(['"yes"', "{", "null", "1"])("what another page stored is not believed: %s", (text) => {
  localStorage.setItem("rlboard.wide", text);
  expect(storedSignal("wide", false, isBoolean).value).toBe(false);
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
  const wide = storedSignal("wide", false, isBoolean);
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
