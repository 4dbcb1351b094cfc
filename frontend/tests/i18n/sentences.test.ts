// @vitest-environment jsdom

/** What the server says, in Chinese: every template back and forth, what texts of the server become, hostile values. */

import { afterEach, describe, expect, test } from "vitest";
import { setLanguage, translate } from "../../src/i18n";
import { problemKindName } from "../../src/i18n/problemKindName";
import { inChinese } from "../../src/i18n/zh/sentences";
import { SENTENCES } from "../../src/i18n/zh/sentences/pairs";
import { template, valuesIn } from "../../src/i18n/zh/sentences/templates";
import { HOSTILE } from "../fixtures";

afterEach(() => setLanguage("en"));

const names = (words: string, slot: RegExp): string[] =>
  [...words.matchAll(slot)].map(([, name]) => name ?? "").sort();
const ENGLISH_SLOT = /\{(\w+)\}/g;
const PLURAL = /\{\|\w+\|(\w+)\}/g;
const CHINESE_SLOT = /\{~{0,2}(\w+)\}/g;

/** A value for each slot of a template, unlike any other and unlike any sentence. */
const sample = (words: string): string =>
  words.replace(PLURAL, "$1").replace(ENGLISH_SLOT, (_, name: string) => `⟨${name}⟩`);
const sampleInChinese = (words: string): string =>
  words.replace(CHINESE_SLOT, (_, name: string) => `⟨${name}⟩`);

describe("every template", () => {
  test("has a Chinese one with the same slots, each once", () => {
    expect(SENTENCES.length).toBeGreaterThan(400);
    const odd = SENTENCES.filter(([english, chinese]) => {
      const slots = names(english, ENGLISH_SLOT);
      return (
        chinese === "" ||
        String(names(chinese, CHINESE_SLOT)) !== String(slots) ||
        new Set(slots).size !== slots.length
      );
    });
    expect(odd).toEqual([]);
  });

  test("stands once, whatever its slots are called", () => {
    const shapes = SENTENCES.map(([english]) => english.replace(ENGLISH_SLOT, "{}"));
    expect(shapes.filter((shape, index) => shapes.indexOf(shape) !== index)).toEqual([]);
  });

  test("has words between its slots, so that it is plain where a value ends", () => {
    // A count and a key of a file of settings have no space.
    const plain = ["{values} {name}", "{values} {key}", "{key} {wrong}"];
    const odd = SENTENCES.map(([english]) => /\{\w+\}\s*\{\w+\}/.exec(english)?.[0] ?? plain[0]);
    expect(odd.filter((slots) => !plain.includes(slots ?? ""))).toEqual([]);
  });

  test("gives the Chinese one with the same values, and is taken for no other", () => {
    const wrong = SENTENCES.flatMap(([english, chinese]) => {
      const found = inChinese(sample(english));
      return found === sampleInChinese(chinese) ? [] : [[english, found]];
    });
    expect(wrong).toEqual([]);
  });
});

describe("a text of the server's", () => {
  test("is said in the language of the page, and stays as it is where nothing fits", () => {
    expect(translate("It is empty.")).toBe("It is empty.");
    setLanguage("zh");
    expect(translate("It is empty.")).toBe("文件为空。");
    expect(translate("Nobody has said this before.")).toBe("Nobody has said this before.");
    expect(translate("")).toBe("");
  });

  test("names kinds of problems in words", () => {
    const named = "9 × lines that are no JSON, 1,200 × values that are no numbers";
    expect(inChinese(`Lost lines: 1,209 (${named}). Their samples are in no number that is shown.`)).toBe(
      "丢失 1,209 行（不是 JSON 的行 9 个、不是数字的值 1,200 个）。其中的样本不在任何显示的数值里。",
    );
    expect(problemKindName("bad_json")).toBe("lines that are no JSON");
    expect(problemKindName("of_a_newer_server")).toBe("of a newer server");
    setLanguage("zh");
    expect(problemKindName("vanished")).toBe("已不存在的文件");
  });

  test("has parts that are said in Chinese as well", () => {
    expect(
      inChinese("a/rlboard.toml: [mapping] step must be a text in quotes, not a list; it is left out."),
    ).toBe("a/rlboard.toml：[mapping] 的 step 须为带引号的文本，不能是列表；已忽略。");
    expect(inChinese("x.jsonl cannot be read any more: Permission denied.")).toBe(
      "x.jsonl 已无法读取：权限不足。",
    );
    expect(
      inChinese("where=reward > 'a' cannot be used as a filter: it compares a number with a text."),
    ).toBe("where=reward > 'a' 不能用作筛选：不能将不同类型的值相互比较：数值、文本。");
  });

  test("comes with the kind of error that TensorBoard puts before it, or as a sentence of its own", () => {
    expect(inChinese("Invalid argument: bins takes 1 to 500.")).toBe("参数无效：bins 的取值为 1 到 500。");
    expect(inChinese("A bracket is not closed.")).toBe("有括号没有闭合。");
  });

  test("may be several sentences", () => {
    expect(
      inChinese(
        'reward is no number but "tensor(1.0)"; it is shown with its sample and left out of every statistic. Log one ' +
          "number: that of a tensor or array is value.item(). 3,000 more of this kind follow in the next lines, not " +
          "listed one by one.",
      ),
    ).toBe(
      'reward 不是数值，而是 "tensor(1.0)"；它随样本显示，不计入任何统计。请记录单个数值：张量或数组请用 value.item()。' +
        "之后各行另有 3,000 个此类问题，不再逐一列出。",
    );
  });

  test("says one as it says many", () => {
    const chinese = "values 有 1 个值，而回复有 2 个 token：无从得知每个值属于哪个 token，因此略去。";
    const why = "it is left out, because nothing says which token each value belongs to.";
    expect(inChinese(`values has 1 value for 2 response tokens: ${why}`)).toBe(chinese);
  });

  test("keeps its values as they are, also those that look like ours", () => {
    for (const value of [HOSTILE, "$& $1 $`", "{name} {~why}", "a; it is left out. b", "It is empty."]) {
      expect(inChinese(`There is no file or folder ${value}.`)).toBe(`没有文件或文件夹 ${value}。`);
    }
  });

  test("takes bounded work, however hostile it is", () => {
    const hostile = "It is no JSON. ".repeat(260);
    expect(hostile.length).toBeLessThan(4000);
    expect(inChinese(hostile)).toBe(hostile);
    const long = `There is no file or folder ${"x".repeat(5000)}.`;
    expect(inChinese(long)).toBe(long);
  });
});

describe("a template", () => {
  const fitting = template("{a} is {b}, not {c}.", "");

  test("takes either word for what is counted, and no other", () => {
    const counted = template("{n} {|line|lines} {|is|are} lost.", "");
    expect(valuesIn("1 line is lost.", counted)).toEqual(["1", "line", "is"]);
    expect(valuesIn("2 lines are lost.", counted)).toEqual(["2", "lines", "are"]);
    expect(valuesIn("2 files are lost.", counted)).toBeNull();
  });

  test("tells what stands in its slots", () => {
    expect(valuesIn("x is 1, not 2.", fitting)).toEqual(["x", "1", "2"]);
    expect(valuesIn(" is , not .", fitting)).toEqual(["", "", ""]);
    expect(valuesIn("x is is 1, not 2, not 3.", fitting)).toEqual(["x", "is 1", "2, not 3"]);
  });

  test("fits nothing that has not all of its words in their order", () => {
    for (const text of ["x is 1, not 2", "x, not is 1.", "x is 1.", "", "."]) {
      expect(valuesIn(text, fitting)).toBeNull();
    }
    expect(valuesIn("ab", template("a{x}a", ""))).toBeNull();
    expect(valuesIn("a", template("a{x}a", ""))).toBeNull();
    expect(valuesIn("aba", template("a{x}a", ""))).toEqual(["b"]);
    expect(valuesIn("plain", template("plain", ""))).toEqual([]);
  });
});
