// @vitest-environment node
import { describe, expect, test } from "vitest";
import {
  array,
  boolean,
  DecodeError,
  literal,
  measuredNumber,
  nullable,
  number,
  object,
  pair,
  record,
  string,
  withDefault,
} from "../../src/lib/decode";

const shape = object({ runs: array(object({ run: string, state: literal("ready", "failed") })) });

describe("object, array and record", () => {
  test("keep what they know and leave out the rest", () => {
    const found = shape({ runs: [{ run: "a", state: "ready", new_key: 1 }], other: true });
    expect(found).toEqual({ runs: [{ run: "a", state: "ready" }] });
  });

  test("say where a value is wrong", () => {
    const wrong = {
      runs: [
        { run: "a", state: "ready" },
        { run: "b", state: "odd" },
      ],
    };
    expect(() => shape(wrong)).toThrow('.runs[1].state: expected one of ready, failed, found the text "odd"');
    expect(() => shape({ runs: {} })).toThrow(".runs: expected a list, found object");
    expect(() => shape({})).toThrow(".runs: expected a list, found nothing");
    expect(() => shape([])).toThrow("expected an object, found a list");
    expect(() => record(array(number))({ reward: [1, null] })).toThrow(
      ".reward[1]: expected a number, found null",
    );
  });

  test("errors carry path and reason apart", () => {
    try {
      shape({ runs: [{ run: 3, state: "ready" }] });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError);
      expect((error as DecodeError).path).toBe(".runs[0].run");
      expect((error as DecodeError).reason).toBe("expected text, found 3");
    }
  });

  test("a record may hold any key", () => {
    const found = record(number)(JSON.parse('{"constructor": 1, "__proto__": 2}'));
    expect(found["constructor"]).toBe(1);
    expect(Object.keys(found)).toContain("__proto__");
    expect(found["toString"]).toBeUndefined();
  });
});

describe("num", () => {
  test("reads the three words, numbers and null", () => {
    expect(measuredNumber("NaN")).toBeNaN();
    expect(measuredNumber("Infinity")).toBe(Number.POSITIVE_INFINITY);
    expect(measuredNumber("-Infinity")).toBe(Number.NEGATIVE_INFINITY);
    expect(measuredNumber(0.5)).toBe(0.5);
    expect(measuredNumber(null)).toBeNull();
  });

  test.each(["nan", "1", "", "toString", true, undefined, []])("refuses %j", (value) => {
    expect(() => measuredNumber(value)).toThrow("expected a number, null, or NaN");
  });
});

test("the small ones", () => {
  expect(boolean(false)).toBe(false);
  expect(() => boolean(0)).toThrow("expected true or false, found 0");
  expect(() => string(null)).toThrow("expected text, found null");
  expect(() => number("1")).toThrow('expected a number, found the text "1"');
  expect(nullable(number)(null)).toBeNull();
  expect(withDefault(number, 7)(undefined)).toBe(7);
  expect(() => withDefault(number, 7)(null)).toThrow("expected a number");
  expect(pair(number, number)([1, 2])).toEqual([1, 2]);
  expect(() => pair(number, number)([1])).toThrow("expected a pair, found a list");
});
