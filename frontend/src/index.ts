/**
 * Called once by TensorBoard when it opens the tab. This file cannot be cached, so it holds nothing but the way in, and
 * imports nothing: what the first view needs is asked for at once, side by side, and not as one file names the next.
 */

import type { FilesOfViews } from "./early";

/** The build puts their names here (`vite.config.ts`). */
declare const FILES_OF_VIEWS: FilesOfViews;

/** The view that the address names; "" where none is, or where the address is not ours to read. */
function viewOfAddress(): string {
  try {
    return /[#&]p\.rlboard\.view=(\w+)/.exec(window.parent.location.hash)?.[1] ?? "";
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

export async function render(): Promise<void> {
  // First of all, or it would wait behind the files. Whoever takes it up hears of its failure.
  const runs = fetch("runs");
  runs.catch(() => undefined);
  globalThis.rlboardEarly = { runs };
  const filesOf = FILES_OF_VIEWS;
  const named = viewOfAddress();
  const view = Object.hasOwn(filesOf, named) ? named : "overview";
  const names = new Set([...(filesOf["start"] ?? []), ...(filesOf[view] ?? [])]);
  const files = [...names].map((name) => new URL(name, import.meta.url).href);
  for (const file of files) preload(file);
  const { start } = (await import(/* @vite-ignore */ files[0] ?? "")) as typeof import("./start");
  await start();
}
