// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runs, steps } from "../src/api/endpoints";
import { render } from "../src/index";

const FILES = {
  start: ["./early.ts", "./shared.js"],
  overview: ["./Overview.js", "./uPlot.js"],
  samples: ["./Samples.js", "./shared.js"],
};

const asked = vi.fn<(url: string) => Promise<Response>>();

beforeEach(() => {
  asked.mockReset();
  asked.mockRejectedValue(new TypeError("no network"));
  vi.stubGlobal("FILES_OF_VIEWS", FILES);
  vi.stubGlobal("fetch", asked);
});

afterEach(() => {
  window.location.hash = "";
  for (const link of document.querySelectorAll("link")) link.remove();
});

/** The names of the files that are asked for. The page itself is not there: it ends with that. */
async function filesAt(hash: string): Promise<string[]> {
  window.location.hash = hash;
  await expect(render()).rejects.toThrow(TypeError);
  const links = [...document.querySelectorAll<HTMLLinkElement>("link[rel=modulepreload]")];
  return links.map(({ href }) => href.replace(/.*\//, ""));
}

test("what the page and the view of the address begin with is asked for at once, each file once", async () => {
  const overview = ["early.ts", "shared.js", "Overview.js", "uPlot.js"];
  expect(await filesAt("#rlboard")).toEqual(overview);
  document.head.replaceChildren();
  expect(await filesAt("#rlboard&p.rlboard.run=a&p.rlboard.view=samples")).toEqual([
    "early.ts",
    "shared.js",
    "Samples.js",
  ]);
});

test("a view that is none opens as the first one, whatever JavaScript has of that name", async () => {
  expect(await filesAt("#rlboard&p.rlboard.view=constructor")).toContain("Overview.js");
});

test("runs are asked for before the page is there, and that answer is taken once", async () => {
  asked.mockResolvedValueOnce(new Response("no runs", { status: 503 }));
  await filesAt("#rlboard");
  expect(asked.mock.calls).toEqual([["runs"]]);
  await expect(runs({})).rejects.toMatchObject({ status: 503, message: "no runs" });
  expect(asked).toHaveBeenCalledTimes(1);
  await expect(runs({})).rejects.toMatchObject({ status: 0, message: "no network" });
  expect(asked).toHaveBeenCalledTimes(2);
});

/** The questions that were asked, once all answers that are here were looked at. */
async function questionsAt(hash: string): Promise<string[]> {
  await filesAt(hash);
  await new Promise((done) => setTimeout(done));
  return asked.mock.calls.map(([url]) => url);
}

const KNOWN = [
  { run: "copy", splits: ["train"], same_as: "a" },
  { run: "eval", splits: ["eval"], same_as: "" },
  { run: "a", splits: ["train"], same_as: "" },
  { run: "a/b c", splits: ["train"] },
];
const answerRuns = (runs: object[]) => asked.mockResolvedValueOnce(new Response(JSON.stringify({ runs })));

test("steps of the run of the address are asked for before the page is there, in its own words", async () => {
  answerRuns(KNOWN);
  expect(await questionsAt("#rlboard&p.rlboard.run=a%2Fb%20c&p.rlboard.attempt=2")).toEqual([
    "runs",
    "steps?run=a%2Fb+c&attempt=2",
  ]);
  await expect(steps({ run: "a/b c", attempt: 2 })).rejects.toMatchObject({ message: "no network" });
  expect(asked).toHaveBeenCalledTimes(2);
});

test("nothing is asked of a run that is not there", async () => {
  answerRuns(KNOWN);
  expect(await questionsAt("#rlboard&p.rlboard.run=moved")).toEqual(["runs"]);
});

test("without a run in the address, those of the run that the page will choose", async () => {
  answerRuns(KNOWN);
  expect(await questionsAt("#rlboard")).toEqual(["runs", "steps?run=a"]);
  asked.mockClear();
  answerRuns(KNOWN.slice(0, 2));
  expect(await questionsAt("#rlboard")).toEqual(["runs", "steps?run=eval"]);
  asked.mockClear();
  answerRuns([]);
  expect(await questionsAt("#rlboard")).toEqual(["runs"]);
});

test("a page that is there already asks for the steps itself", async () => {
  let answer: (response: Response) => void = () => undefined;
  asked.mockReturnValueOnce(
    new Promise((resolve) => {
      answer = resolve;
    }),
  );
  await filesAt("#rlboard");
  globalThis.rlboardEarly = undefined;
  answer(new Response(JSON.stringify({ runs: [{ run: "a", splits: [] }] })));
  await new Promise((done) => setTimeout(done));
  expect(asked.mock.calls).toEqual([["runs"]]);
});
