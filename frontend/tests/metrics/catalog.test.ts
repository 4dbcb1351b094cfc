// @vitest-environment node
import { expect, test } from "vitest";
import { metricNames } from "../../src/i18n/zh";
import { METRICS } from "../../src/metrics/catalog";
import { anchors } from "../../src/metrics/catalog.json";
import { read } from "../files";

const entries = Object.entries(METRICS);

test("every metric has a label and a hint in every language", () => {
  expect(entries.length).toBeGreaterThan(50);
  const chinese = Object.entries(metricNames);
  expect(chinese.map(([name]) => name)).toEqual(entries.map(([name]) => name));
  const words = [...entries, ...chinese].flatMap(([, { label, hint }]) => [label, hint]);
  expect(words.filter((text) => text.trim() === "")).toEqual([]);
});

test("the names are sorted, so that a new one is a change of a few lines", () => {
  const names = entries.map(([name]) => name);
  expect(names).toEqual(names.toSorted());
});

test("every anchor is a heading of the documentation, and the section there names the metric", () => {
  expect(Object.keys(anchors)).toEqual(entries.map(([name]) => name));
  const wrong = Object.entries(anchors).filter(([name, anchor]) => {
    const [file, heading] = anchor.split("#");
    const sections = read(`../../${file}`).split(/^#+ /m);
    const section = sections.find(
      (text) => text.split("\n")[0]?.toLowerCase().replaceAll(" ", "-") === heading,
    );
    return !section?.includes(name);
  });
  expect(wrong.map(([name]) => name)).toEqual([]);
});
