/** Rules that hold for every source file. */

import { expect, test } from "vitest";
import { listAll, read } from "./files";

const SOURCES = import.meta.glob<string>("../src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

const offenders = (pattern: RegExp): string[] =>
  Object.entries(SOURCES)
    .filter(([, source]) => pattern.test(source))
    .map(([file]) => file);

test("texts of rollouts reach the page as text: nothing writes HTML", () => {
  expect(Object.keys(SOURCES).length).toBeGreaterThan(30);
  const html =
    /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|createContextualFragment|srcdoc)\b|document\.write|DOMParser/;
  expect(offenders(html)).toEqual([]);
});

test("no code is made from text, and no worker or request from a blob", () => {
  expect(offenders(/\beval\(|new Function\(|new Worker\(URL\.createObjectURL/)).toEqual([]);
});

test("a stylesheet is imported as text: no page of ours loads one by its address", () => {
  expect(offenders(/from ".*\.css"|import ".*\.css"/)).toEqual([]);
});

test("the host is reached through `parent`: `top` may be of another origin", () => {
  expect(offenders(/window\.top\b/)).toEqual([]);
});

test("the kit and the words know nothing of the page's state and views, and pure parts nothing else", () => {
  const within = (folder: string, pattern: RegExp): string[] =>
    offenders(pattern).filter((file) => file.includes(`/src/${folder}/`));
  expect(within("ui", /from "(\.\.\/)+(views|charts|tokens|shell|api|state|metrics)[/"]/)).toEqual([]);
  expect(within("i18n", /from "(\.\.\/)+(views|charts|tokens|shell|api|state|metrics|ui)[/"]/)).toEqual([]);
  const outOfLib = [
    ...within("lib", /from "\.\.\//).filter((file) => /\/lib\/[^/]+$/.test(file)),
    ...within("lib", /from "\.\.\/\.\.\//),
  ];
  expect(outOfLib).toEqual([]);
});

test("what the server says to a person is said in the language of the page", () => {
  // `message` of an `ErrorBox` is said there; a first page without runs makes an error of its own.
  const handed = /message=\{|new ApiError\(|ApiError\) return|!== ""/;
  const untranslated = Object.entries(SOURCES)
    .filter(([file]) => /\/src\/(?:pane|shell|views|tokens|ui).*\.tsx$/.test(file))
    .flatMap(([file, source]) => source.split("\n").map((line) => `${file}: ${line.trim()}`))
    .filter((line) =>
      /\b(?:error|failure|answer|info|props|tokenMetrics)\??\.(?:message|mapping_doubt)\b/.test(line),
    )
    .filter((line) => !line.includes("translate(") && !handed.test(line));
  expect(untranslated).toEqual([]);
});

test("whatever module a file of tests mocks is itself again for the next file", () => {
  const mocked = listAll(".")
    .filter((name) => /\.test\.tsx?$/.test(name))
    .flatMap((name) => [...read(name).matchAll(/\bvi\.mock\("([^"]+)"/g)].map((found) => found[1] ?? ""));
  const named = /of (\[[^\]]*\])\) vi\.doUnmock/.exec(read("freshPage.ts"))?.[1] ?? "[]";
  const restored = JSON.parse(named).map((name: string) => name.replace(/^.*\/src\//, ""));
  expect(new Set(mocked.map((name) => name.replace(/^.*\/src\//, "")))).toEqual(new Set(restored));
});
