// @vitest-environment jsdom

/** What a reader sees while the page is put up. */

import { beforeEach, expect, test, vi } from "vitest";
import { read } from "./files";
import { byTestId, stubLayout } from "./page";

// The charts' library asks for the screen's density as soon as it is imported; jsdom has no screen.
vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});

const recorded = (name: string): string => read(`../../tests/__snapshots__/${name}.json`);

beforeEach(() => {
  vi.resetModules();
  window.location.hash = "#rlboard&p.rlboard.view=samples";
  stubLayout();
});

/** Puts the page up, while each question about runs and steps is answered as told; returns how often the page said that it waits. */
async function waitingSeen(answer: (name: string) => Promise<Response>): Promise<number> {
  vi.stubGlobal("fetch", (question: string) => answer(question.split("?")[0] ?? ""));
  let seen = 0;
  const observer = new MutationObserver(() => {
    if (byTestId("loading") !== null) seen += 1;
  });
  observer.observe(document.body, { subtree: true, childList: true });
  const { start } = await import("../src/start");
  await start();
  observer.disconnect();
  return seen;
}

test("answers that come in a moment are waited for: the page is drawn once, with them", async () => {
  const inAMoment = async (name: string) => {
    await new Promise((done) => setTimeout(done, 30));
    return name === "runs" || name === "steps"
      ? new Response(recorded(name))
      : new Response("", { status: 404 });
  };
  expect(await waitingSeen(inAMoment)).toBe(0);
  expect(byTestId("step-input")).not.toBeNull();
  expect(byTestId("loading")).toBeNull();
});

test("a server that does not answer is not waited for: the page says that it waits", async () => {
  const never = () => new Promise<Response>(() => undefined);
  await waitingSeen(never);
  expect(byTestId("loading")).not.toBeNull();
});
