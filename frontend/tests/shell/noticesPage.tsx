/** The page with runs of which something is said above the curves, and a guess of what their columns are. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeAll, beforeEach, vi } from "vitest";
import type { Runs } from "../../src/api/answers";
import { App } from "../../src/app";
import { revision } from "../../src/data/revision";
import { runs } from "../../src/data/runs";
import { steps } from "../../src/data/steps";
import { setLanguage } from "../../src/i18n";
import { storedSignal } from "../../src/lib/storage";
import { DEFAULTS, select } from "../../src/state/selection";
import { byTestId, newPage, nextRevision, readWholePage, settle } from "../page";

export const TOML =
  '# a note\n[mapping]\nprompt = "question"\nreward = "reward_total"\n\n[mapping.columns]\nreward_x = "x.y"\n';
export const GUESS = {
  mapping: { prompt: "question", reward: "reward_total" },
  mapping_sources: { prompt: "question", reward: "reward_total", step: "file name" },
  mapping_alternatives: { reward: ["score", "acc"], ground_truth: ["answer"] },
  mapping_toml: TOML,
  mapping_guessed: true,
};
const isTexts = (value: unknown): value is string[] => Array.isArray(value);

export const click = (element: Element | null | undefined): Promise<void> =>
  act(async () => {
    if (!(element instanceof HTMLElement)) throw new Error("nothing to click on");
    element.click();
  });

export class NoticesPage {
  root: HTMLElement = document.createElement("div");

  /** A page with nothing put away before each test. */
  constructor() {
    beforeAll(readWholePage);
    beforeEach(() => {
      this.root = newPage();
      revision.value = nextRevision();
      for (const name of ["mapping.seen", "notices.seen"])
        storedSignal<string[]>(name, [], isTexts).value = [];
      select({ ...DEFAULTS, run: "demo", step: 10 });
      vi.stubGlobal("fetch", async () => new Response("no such route", { status: 404 }));
    });
    afterEach(async () => {
      await act(() => render(null, this.root));
      this.root.remove();
      runs.value = null;
      steps.value = null;
      setLanguage("en");
    });
  }

  async show(answer: Runs): Promise<void> {
    runs.value = answer;
    await act(() => render(<App />, this.root));
    await settle();
  }

  /** The sentences above the curves. */
  lines(): (string | null)[] {
    return [...(byTestId("notices")?.querySelectorAll(".text") ?? [])].map((line) => line.textContent);
  }
}
