/** What tests of components share: waiting, finding, pressing, and axe. */

import axe from "axe-core";
import { act } from "preact/test-utils";
import { vi } from "vitest";
import type { RunInfo, Runs } from "../src/api/answers";
import { dispatchKey } from "../src/state/keys";

/** Lets answers arrive and effects run. */
export const settle = (): Promise<void> =>
  act(async () => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setTimeout(done));
  });

/** The element with this test id, if it is on the page. */
export const byTestId = <T extends HTMLElement = HTMLElement>(id: string): T | null =>
  document.querySelector<T>(`[data-testid="${id}"]`);

/** Presses a key with nothing focused; the page's own keys listen. */
export async function press(key: string): Promise<void> {
  document.addEventListener("keydown", dispatchKey, { once: true });
  await act(() => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  });
  document.removeEventListener("keydown", dispatchKey);
  await settle();
}

/** What axe finds, without the rule that needs a painted page; that one runs in the browser tests. */
export async function violations(): Promise<string[]> {
  const rules = { "color-contrast": { enabled: false } };
  const { violations: found } = await axe.run(document.body, { rules });
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
}

/** The answer of `/runs` that holds these. */
export const runsAnswer = (...runs: RunInfo[]): Runs => ({
  runs,
  ignored: [],
  looked_in: ["/logs"],
  state: "ready",
  message: "",
  settings_problems: [],
});

let revisions = 0;

/** Another revision of the index each time: what one test fetched is no answer in the next. */
export function nextRevision(): string {
  revisions += 1;
  return `revision ${revisions}`;
}

/** Observers that jsdom does not have, and that never report. */
export function stubLayout(): void {
  Element.prototype.scrollIntoView = vi.fn();
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe(): void {}
      disconnect(): void {}
    },
  );
}

/** An empty page at its own address, with dialogs that open: jsdom knows the element and not how. Returns what to render into. */
export function newPage(): HTMLElement {
  HTMLDialogElement.prototype.showModal = function open() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
  document.title = "RL Board";
  document.documentElement.lang = "en";
  window.history.replaceState(null, "", "/#rlboard");
  return document.body.appendChild(document.createElement("div"));
}

/** Reads the files of every part of the page, as it has them a moment after it is opened. */
export async function readWholePage(): Promise<void> {
  const { Dialogs } = await import("../src/app");
  const { VIEW_COMPONENTS } = await import("../src/views");
  const { StepPanels } = await import("../src/views/overview/step/lazy");
  const empty = Object.values(await import("../src/shell/lazyStates"));
  for (const part of [...Object.values(VIEW_COMPONENTS), Dialogs, StepPanels, ...empty]) await part.load();
}
