// @vitest-environment node
import { expect, test } from "vitest";
import { excerpt, lengthOf, pieces, placeAfter } from "../../src/lib/longText";

const whole = (text: string): boolean => excerpt(text, 20, 8, 5, 3).left === 0;

test("a short text stays whole", () => {
  expect(excerpt("", 20, 8, 5, 3)).toEqual({ start: "", left: 0, end: "" });
  expect(whole("x".repeat(20))).toBe(true);
  expect(whole("x".repeat(21))).toBe(false);
});

test("lengths are counted in code points, half a surrogate pair as one", () => {
  for (const text of ["", "a", "月", "😀", "a😀b", "\ud83d", "\ude00x", "\ude00\ude00"]) {
    expect(lengthOf(text)).toBe([...text].length);
  }
});

test("pieces are the text again, and end with its line breaks", () => {
  const text = "one\ntwo\n\nthree is longer\nlast";
  expect(pieces(text, 5)).toEqual(["one\ntwo\n", "\nthree is longer\n", "last"]);
  expect(pieces(text, 5).join("")).toBe(text);
  expect(pieces("x".repeat(50), 5)).toHaveLength(1);
  expect(pieces("", 5)).toEqual([]);
});

test("a long one gives its ends and the number of code points between them", () => {
  expect(excerpt("abcde0123456789012345xyz", 20, 8, 5, 3)).toEqual({ start: "abcde", left: 16, end: "xyz" });
});

test("no character is cut in two, nor counted twice", () => {
  const text = "😀".repeat(20);
  const { start, left, end } = excerpt(text, 20, 8, 5, 3);
  expect(start).toBe("😀😀");
  expect(end).toBe("😀");
  expect(left).toBe(17);
  expect(lengthOf(text)).toBe(20);
});

test("many short lines are long as well", () => {
  const text = "1\n2\n3\n4\n5\n6\n7\n8\n9";
  expect(excerpt(text, 100, 8, 50, 50)).toEqual({ start: "1\n2\n3\n4", left: 7, end: "8\n9" });
  expect(excerpt(text, 100, 9, 50, 50).left).toBe(0);
});

test("one line between many is not lost", () => {
  const text = `a\n${"x".repeat(60)}\nb`;
  const { start, left, end } = excerpt(text, 20, 8, 5, 3);
  expect(start + text.slice(start.length, start.length + left) + end).toBe(text);
});

test("places of an answer are code points: a pair is one", () => {
  const text = "a😀b\ud83dc";
  expect([0, 1, 2, 3, 4, 5, 9].map((n) => placeAfter(text, n))).toEqual([0, 1, 3, 4, 5, 6, 6]);
  expect(text.slice(placeAfter(text, 2))).toBe([...text].slice(2).join(""));
});
