import { afterEach, expect, test } from "vitest";
import { findMessage, setLanguage, t } from "../../src/i18n";
import { en as first } from "../../src/i18n/en";
import { findingsInBars } from "../../src/i18n/en/findings/bars";
import { findingsList } from "../../src/i18n/en/findings/list";
import { lazy } from "../../src/i18n/en/lazy";
import { overviewPanels } from "../../src/i18n/en/overview/panels";
import { overlay } from "../../src/i18n/en/runs/overlay";
import { runsView } from "../../src/i18n/en/runs/view";
import { zh as chinese } from "../../src/i18n/zh";

// What is read later is a part of English as well.
const en = {
  ...first,
  ...lazy,
  ...findingsInBars,
  ...findingsList,
  ...overviewPanels,
  ...overlay,
  ...runsView,
};

afterEach(() => setLanguage("en"));

const slots = (words: string): string[] => [...new Set(words.match(/\{\w+(?=[|}])/g) ?? [])].sort();

test("every language has every key, and the same slots", () => {
  expect(Object.keys(chinese).sort()).toEqual(Object.keys(en).sort());
  const { zh }: { zh: Readonly<Record<string, string>> } = { zh: chinese };
  const other = Object.entries(en).filter(([key, words]) => {
    return String(slots(words)) !== String(slots(zh[key] ?? ""));
  });
  expect(other).toEqual([]);
});

// Said of many only, or a verb: "{n} steps a point", "what member {i} begins with", "`list` takes new".
const NOT_COUNTED = [
  "groups.member.prefix",
  "link.invalid.word",
  "overview.binned",
  "overview.tile.few",
  "runs.method",
  "sample.colour_metric.absent",
  "tokens.no_metrics",
];

test("what is counted has a singular: 1 sample, 2 samples", () => {
  const counted = Object.entries(en).filter(([, words]) =>
    /\{\w+\} (?:other |more )?(?!(?:as|is|has|vs|loss)\b)[a-z]+s\b/.test(words),
  );
  expect(counted.map(([key]) => key).filter((key) => !NOT_COUNTED.includes(key))).toEqual([]);
  expect(t("samples.count", { n: 1 })).toBe("1 sample");
  expect(t("samples.count", { n: "1" })).toBe("1 sample");
  expect(t("samples.count", { n: 0 })).toBe("0 samples");
  expect(t("shell.problems.hint", { problems: 1, ignored: 2 })).toBe(
    "1 problem in this run, 2 files ignored: show where and why",
  );
});

test("a key has one ending for one thing: .hint, .advice, .error", () => {
  const otherwise = Object.keys(en).filter((key) =>
    /_hint$|_advice$|_error$|[._](why|failed|tools)$/.test(key),
  );
  expect(otherwise).toEqual([]);
});

test("numbers have a comma between thousands, as in tables; steps and line numbers are names and have none", () => {
  expect(t("samples.count", { n: 12_345 })).toBe("12,345 samples");
  expect(t("sample.token.position", { i: 15_999, n: 16_384 })).toContain("15,999");
  expect(t("shell.range", { from: 10_000, to: 20_000 })).toBe("steps 10000 – 20000");
  expect(t("sample.problems.line", { line: 123_456 })).toContain("123456");
  expect(t("shell.step.last", { last: 12_000 })).toBe("of 12000");
});

// "按 k3 均值": the names of most metrics are Latin letters, which stand apart from Chinese ones.
test("a name stands apart from the Chinese around it", () => {
  const close = Object.entries(chinese).filter(([, words]) =>
    /\p{Script=Han}\{(?:metric|name)\}|\{(?:metric|name)\}\p{Script=Han}/u.test(words),
  );
  expect(close).toEqual([]);
});

test("no words are empty", () => {
  const all = [...Object.entries(en), ...Object.entries(chinese)];
  expect(all.filter(([, words]) => words.trim() === "")).toEqual([]);
});

test("no file takes another's key", () => {
  const files = import.meta.glob<Record<string, Record<string, string>>>(
    ["../../src/i18n/en/**/*.ts", "!../../src/i18n/en/{index,lazy}.ts"],
    { eager: true },
  );
  const keys = Object.values(files).flatMap((file) => Object.values(file).flatMap(Object.keys));
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

const SOURCES = import.meta.glob<string>("../../src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

test("every key that the sources name is in the catalogue", () => {
  const missing: string[] = [];
  let named = 0;
  for (const [file, source] of Object.entries(SOURCES)) {
    for (const [, key] of source.matchAll(/\bt\(\s*"([^"]+)"/g)) {
      named += 1;
      if (key !== undefined && !Object.hasOwn(en, key)) missing.push(`${file}: ${key}`);
    }
  }
  expect(named).toBeGreaterThan(50);
  expect(missing).toEqual([]);
});

test("slots are filled, an unknown one and an unknown key are shown as they are", () => {
  expect(t("samples.count", { n: 3 })).toBe("3 samples");
  expect(t("samples.count", { n: "{n}" })).toBe("{n} samples");
  // @ts-expect-error: the compiler wants every slot filled
  expect(t("samples.count")).toBe("{n} samples");
  // @ts-expect-error: the compiler knows every key
  expect(t("no.such.key")).toBe("no.such.key");
  expect(findMessage("no.such.key")).toBeNull();
  expect(findMessage("constructor")).toBeNull();
  expect(findMessage("samples.count", { n: 3 })).toBe("3 samples");
  setLanguage("zh");
  expect(t("samples.count", { n: 3 })).toBe("3 个样本");
});

test("a value from right to left is kept apart from the sentence, any other stands as it is", () => {
  setLanguage("en");
  expect(t("groups.answer", { text: "أربعة" })).toBe("answer \u2068أربعة\u2069");
  expect(t("groups.answer", { text: "שלום 5" })).toBe("answer \u2068שלום 5\u2069");
  expect(t("groups.answer", { text: "a\u202eb" })).toBe("answer \u2068a\u202eb\u2069");
  for (const plain of ["四", "café", "e\u0301", "👩‍👩‍👧", "x ≤ 5", ""]) {
    expect(t("groups.answer", { text: plain })).toBe(`answer ${plain}`);
  }
});
