// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runs } from "../src/api/endpoints";
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
