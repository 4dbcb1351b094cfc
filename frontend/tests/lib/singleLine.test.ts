// @vitest-environment node
import { expect, test } from "vitest";
import { around, bothEnds, columnCount, distinctLines, oneLine } from "../../src/lib/singleLine";

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

test("a long text keeps both ends, an ended one its end only", () => {
  const { head, tail } = bothEnds(`${"a".repeat(100)}the end`, 20);
  expect(head.startsWith("aaa")).toBe(true);
  expect(tail).toBe("the end");
  expect(bothEnds(`${"a".repeat(100)}the end`, 8, 1)).toEqual({ head: "", tail: "…the end" });
});

test("no cut falls inside a character", () => {
  const { head, tail } = bothEnds("😀".repeat(500), 20);
  expect(head).toMatch(/^(😀)+$/u);
  expect(tail).toMatch(/^(😀)+$/u);
});

test("a line begins as its text does, but where others begin so; those that end alike, too, begin where they part", () => {
  const asked = (question: string) => `System prompt. ${question} Put your answer in a box, step by step.`;
  expect(
    distinctLines([asked("2 + 2?"), asked("3 + 3?"), `${"z".repeat(40)} other`, asked("2 + 2?")], 24),
  ).toEqual([
    "…prompt. 2 + 2? Put you…",
    "…prompt. 3 + 3? Put you…",
    `${"z".repeat(23)}…`,
    "…prompt. 2 + 2? Put you…",
  ]);
  expect(distinctLines(["Why?", "Why?"], 24)).toEqual(["Why?", "Why?"]);
  expect(distinctLines([`a${"x".repeat(50)}`, `b${"x".repeat(50)}`], 8)).toEqual(["axxxxxx…", "bxxxxxx…"]);
  expect(
    distinctLines([`one system prompt: ${"a".repeat(9)}`, `one system prompt: ${"b".repeat(9)}`], 20),
  ).toEqual([`…m prompt: ${"a".repeat(9)}`, `…m prompt: ${"b".repeat(9)}`]);
  expect(distinctLines(["… begins so and is long", "… short"], 12)).toEqual(["… begins so…", "… short"]);
  expect(distinctLines([], 8)).toEqual([]);
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
