// @vitest-environment node
import { expect, test } from "vitest";
import { distinctLine, distinctLines, sharedParts } from "../../../src/lib/prompts/distinctLines";

test("what many prompts begin with is left out, in English and Chinese, and so are tags that all have", () => {
  const english = (line: string) => `<system>Rhyme it.<user>${line}<assistant>`;
  const chinese = (line: string) => `<system>对下句，要押韵。<user>${line}<assistant>`;
  const prompts = [
    english("cats love the soft bay,"),
    english("birds leave the cold,"),
    english("at last kings find the day,"),
    chinese("清风满故人，"),
    chinese("几度青鸟入红尘，"),
    chinese("几度春水过青天，"),
    english("birds leave the cold,"),
  ];
  expect(distinctLines(prompts, 23)).toEqual([
    "…cats love the soft bay,…",
    "…birds leave the cold,…",
    "…at last kings find the day,…",
    "…清风满故人，…",
    "…几度青鸟入红尘，…",
    "…几度春水过青天，…",
    "…birds leave the cold,…",
  ]);
  // Where more is seen, the tags still tell nobody anything.
  expect(distinctLines(prompts, 60).slice(2, 4)).toEqual(["…at last kings find the day,…", "…清风满故人，…"]);
  // Padding of different length, cut in a tag.
  const padded = [`…d><pad><pad>${english("so")}`, `…ad><pad>${english("as")}`, `<pad>${english("if")}`];
  expect(distinctLines(padded, 40)).toEqual(["…so…", "…as…", "…if…"]);
});

test("what is seen whole and shared by few stays", () => {
  expect(distinctLines(["Why is 2 so?", "Why is 3 so?"], 40)).toEqual(["Why is 2 so?", "Why is 3 so?"]);
  expect(distinctLines(["Why?", "Why?"], 24)).toEqual(["Why?", "Why?"]);
  expect(distinctLines([], 8)).toEqual([]);
  expect(distinctLines(["", "Why?"], 8)).toEqual(["", "Why?"]);
});

test("two that are seen alike begin where they part, with the whole word or number", () => {
  const long = "Solve the following problem step by step: what is ";
  expect(distinctLines([`${long}12 + 5?`, `${long}13 + 5?`, "Another"], 24)).toEqual([
    "…12 + 5?",
    "…13 + 5?",
    "Another",
  ]);
  const words = "请把下面的句子翻译成英文，只写译文，不要解释：";
  expect(distinctLines([`${words}今天天气很好`, `${words}今天下雨了`], 24)).toEqual(["…天气很好", "…下雨了"]);
});

test("parts of parts: an odd one does not hide what the others share", () => {
  const system = "You are a careful assistant. Think first. ";
  const prompts = [
    `${system}Then answer: name a river`,
    `${system}Then answer: name a mountain`,
    `${system}Then answer: list three lakes`,
    `${system}Say nothing`,
  ];
  expect(distinctLines(prompts, 20)).toEqual([
    "…name a river",
    "…name a mountain",
    "…list three lakes",
    "…Say nothing",
  ]);
});

test("prompts that are cut themselves, anywhere in what they share, begin where they part, too", () => {
  const system = "Put your final answer within \\boxed{} and nothing else after it.<user>";
  const cut = (from: number, question: string) => `…${system.slice(from)}${question}`;
  const prompts = [
    cut(3, "How many apples?"),
    cut(9, "Which prime is next?"),
    cut(20, "What is the area of it?"),
  ];
  expect(distinctLines(prompts, 24)).toEqual([
    "…How many apples?",
    "…Which prime is next?",
    "…What is the area of it?",
  ]);
  // One that came later and has less of the shared part.
  expect(distinctLine(cut(30, "Who?"), sharedParts(prompts, 24))).toBe("…Who?");
});

test("a prompt that is all of what others begin with shows itself", () => {
  const prompts = [
    "Write a poem about the sea",
    "Write a poem about the sea and the sky",
    "Write a poem about the sea at night",
  ];
  expect(distinctLines(prompts, 12)).toEqual(["Write a poem about the sea", "…and the sky", "…at night"]);
});

test("no character is halved, and blanks between tags are gone through once", () => {
  const faces = "😀".repeat(40);
  expect(distinctLines([`${faces}😁`, `${faces}😂`], 10)).toEqual(["…😁", "…😂"]);
  // A run of blanks that could be shared out between its neighbours in many ways would not end.
  const tags = `<s>${" ↵ <user>".repeat(300)}`;
  expect(distinctLines([`${tags}x!`, `${tags}y!`], 10)).toEqual(["…x!", "…y!"]);
  expect(distinctLine(`x${tags}!`, { ...sharedParts([], 10), tags: { first: true, last: true } })).toBe(
    `x${tags}!`,
  );
});

test("a beginning stays where lines would read alike without it", () => {
  const prompts = ["name two rivers :", "name two animals :", "name five animals :", "name five rivers :"];
  expect(distinctLines(prompts, 23)).toEqual(prompts);
  // Where the whole line does not fit: how they part, and the rest.
  const task = (what: string, rest: string) =>
    `${what} the following sentence carefully and politely: ${rest}`;
  const tasks = [
    task("Translate", "the sea"),
    task("Translate", "a night"),
    task("Summarise", "the sea"),
    task("Summarise", "a night"),
  ];
  expect(distinctLines(tasks, 24)).toEqual([
    "Translate…the sea",
    "Translate…a night",
    "Summarise…the sea",
    "Summarise…a night",
  ]);
});

test("a prompt that is seen whole is not cut, whatever others begin with", () => {
  const short = [0, 1, 2].map((i) => `Prove theorem ${i}.`);
  expect(distinctLines(short, 16)).toEqual(short);
  expect(distinctLines(short, 15)).toEqual(["…0.", "…1.", "…2."]);
});
