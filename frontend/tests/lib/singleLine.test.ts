// @vitest-environment node
import { expect, test } from "vitest";
import {
  around,
  bothEnds,
  columnCount,
  lettersIn,
  lineStart,
  oneLine,
  takeColumns,
} from "../../src/lib/singleLine";

test("line breaks show, blanks shrink", () => {
  expect(oneLine("a\r\nb \n c\t\td\u2028e")).toBe("a ↵ b ↵ c d ↵ e");
});

test("wide characters count twice", () => {
  expect(columnCount("ab")).toBe(2);
  expect(columnCount("春江")).toBe(4);
  expect(columnCount("😀")).toBe(2);
});

test("a text that fits stays whole", () => {
  expect(bothEnds("short", 10)).toEqual({ head: "short", tail: "" });
});

test("a long text keeps both ends", () => {
  const { head, tail } = bothEnds(`${"a".repeat(100)}the end`, 20);
  expect(head.startsWith("aaa")).toBe(true);
  expect(tail).toBe("the end");
});

test("no cut falls inside a character", () => {
  const { head, tail } = bothEnds("😀".repeat(500), 20);
  expect(head).toMatch(/^(😀)+$/u);
  expect(tail).toMatch(/^(😀)+$/u);
});

test("a text of a megabyte costs no more than its ends", () => {
  const { head, tail } = bothEnds(`start${"x".repeat(1_000_000)}finish`, 40);
  expect(head.startsWith("start")).toBe(true);
  expect(tail.endsWith("finish")).toBe(true);
  expect(head.length + tail.length).toBeLessThan(200);
});

test("a hit is found by code points", () => {
  expect(around("😀😀abc😀", 2, 5, 10)).toEqual({ before: "😀😀", hit: "abc", after: "😀" });
});

test("what comes before a hit is cut so that the hit is seen", () => {
  const { before, hit } = around(`${"x".repeat(200)}here`, 200, 204, 10);
  expect(before).toBe(`…${"x".repeat(10)}`);
  expect(hit).toBe("here");
});

test("a line takes whole characters by their columns, and so many letters as surely fit", () => {
  expect(takeColumns("几度春风ab", 5)).toBe("几度");
  expect(takeColumns("ab几度", 4)).toBe("ab几");
  expect(lettersIn(230)).toBe(30);
  expect(lettersIn(3)).toBe(4);
});

test("a line's start says where it goes on, and never ends in half a character", () => {
  expect(lineStart("a\nb", 9)).toBe("a ↵ b");
  expect(lineStart("abcd", 4)).toBe("abcd");
  expect(lineStart("abcde", 4)).toBe("abcd…");
  expect(lineStart("abc🙂d", 4)).toBe("abc…");
  expect(lineStart("中文字", 4)).toBe("中文…");
  expect(lineStart(`${" ".repeat(15)}🙂b`, 4)).toBe(" …");
  expect(lineStart("x".repeat(1_000_000), 3)).toBe("xxx…");
});
