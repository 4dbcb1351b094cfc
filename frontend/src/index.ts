/**
 * Called once by TensorBoard when it opens the tab. This file cannot be cached, so it holds nothing but the way in, and
 * imports nothing: what the first view needs is asked for at once, side by side, and not as one file names the next.
 */

import type { EarlyQuestions, FilesOfViews, KnownRun } from "./early";

/** The build puts their names here (`vite.config.ts`). */
declare const FILES_OF_VIEWS: FilesOfViews;

/** What the address says of one of our parameters; "" where it says nothing, or is not ours to read. */
function ofAddress(name: string): string {
  try {
    const found = new RegExp(`[#&]p\\.rlboard\\.${name}=([^&]*)`).exec(window.parent.location.hash);
    return decodeURIComponent(found?.[1] ?? "");
  } catch {
    return "";
  }
}

function preload(file: string): void {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = file;
  document.head.append(link);
}

/**
 * The run of the address, if there is such a run; where it names none, the one that the page will choose. Where that
 * chooses another one, it asks for its steps.
 */
async function likelyRun(answer: Promise<Response>): Promise<string> {
  const { runs } = (await (await answer).clone().json()) as { runs: KnownRun[] };
  const named = ofAddress("run");
  if (named !== "") return runs.some(({ run }) => run === named) ? named : "";
  const own = runs.filter(({ same_as }) => !same_as);
  return (own.find(({ splits }) => splits.includes("train")) ?? own[0])?.run ?? "";
}

/** Asks for the steps with the very words of the page, unless it is there by then and asks itself. */
async function askForSteps(early: EarlyQuestions, runs: Promise<Response>): Promise<void> {
  const run = await likelyRun(runs);
  if (run === "" || globalThis.rlboardEarly !== early) return;
  const scope = Object.entries({ run, split: ofAddress("split"), attempt: ofAddress("attempt") });
  const url = `steps?${new URLSearchParams(scope.filter(([, value]) => value !== ""))}`;
  early[url] = fetch(url);
  early[url].catch(() => undefined);
}

export async function render(): Promise<void> {
  // First of all, or it would wait behind the files. Whoever takes it up hears of its failure.
  const runs = fetch("runs");
  runs.catch(() => undefined);
  const early: EarlyQuestions = { runs };
  globalThis.rlboardEarly = early;
  askForSteps(early, runs).catch(() => undefined);
  const filesOf = FILES_OF_VIEWS;
  const named = ofAddress("view");
  const view = Object.hasOwn(filesOf, named) ? named : "overview";
  const names = new Set([...(filesOf["start"] ?? []), ...(filesOf[view] ?? [])]);
  const files = [...names].map((name) => new URL(name, import.meta.url).href);
  for (const file of files) preload(file);
  const { start } = (await import(/* @vite-ignore */ files[0] ?? "")) as typeof import("./start");
  await start();
}
