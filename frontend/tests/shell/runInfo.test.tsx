// @vitest-environment jsdom

/** What is known about a run: facts, settings compared, pairing, joins, and columns that were guessed. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { RunInfo } from "../../src/api/answers";
import { App } from "../../src/app";
import { revision } from "../../src/data/revision";
import { runs } from "../../src/data/runs";
import { steps } from "../../src/data/steps";
import { setLanguage } from "../../src/i18n";
import { storedSignal } from "../../src/lib/storage";
import { forgetComparedRuns } from "../../src/shell/info/ConfigTable";
import { DEFAULTS, select, selection } from "../../src/state/selection";
import { HOSTILE, runInfo } from "../fixtures";
import {
  byTestId,
  newPage,
  nextRevision,
  press,
  readWholePage,
  runsAnswer,
  settle,
  violations,
} from "../page";

// The charts' library asks for the screen's density as soon as it is imported; jsdom has no screen.
vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});
vi.mock("../../src/ui/styles", () => ({ adoptStyles: () => undefined }));

const GUESS = {
  mapping: { reward: "score", prompt: "question", response: HOSTILE },
  mapping_toml: '[mapping]\nprompt = "question"\n',
};

const one = runInfo({
  config: { gamma: 0.99, lr: 1e-6, algorithm: "grpo", steps: 100 },
  config_sources: { gamma: "config.json", lr: "config.json: optim.lr", algorithm: "hparams" },
  scalar_runs: ["runs/a"],
  scalar_pairing: "nearest",
  scalar_choices: ["runs/a", "runs/b"],
  joined: [{ what: "scores", source: "scores.jsonl", matched: 7, unmatched: 1, columns: ["judge"] }],
});
const two = runInfo({ run: "two", config: { gamma: 1, lr: 1e-6, algorithm: "grpo", kl: true } });
const bare = runInfo({ run: "bare" });

let root: HTMLElement;

async function show(...found: RunInfo[]): Promise<void> {
  runs.value = runsAnswer(...found);
  await act(() => render(<App />, root));
  await settle();
}

const boxes = (id: string): HTMLInputElement[] => [...(byTestId(id)?.querySelectorAll("input") ?? [])];
const click = (element: HTMLElement | null | undefined): Promise<void> =>
  act(async () => {
    if (!element) throw new Error("nothing to click on");
    element.click();
  });

beforeAll(readWholePage);
beforeEach(() => {
  root = newPage();
  revision.value = nextRevision();
  forgetComparedRuns();
  storedSignal<string[]>("mapping.seen", [], (value): value is string[] => Array.isArray(value)).value = [];
  storedSignal("config.only_differences", false, (value): value is boolean => value === true).value = false;
  select({ ...DEFAULTS, run: "demo", step: 10 });
  vi.stubGlobal("fetch", async () => new Response("no such route", { status: 404 }));
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  runs.value = null;
  steps.value = null;
  setLanguage("en");
});

describe("the dialog", () => {
  test("opens by key and by button, and says what the run is made of", async () => {
    await show(one);
    await press("i");
    const words = byTestId("run-facts")?.textContent ?? "";
    for (const part of [
      "native",
      "1, 1.00 kB",
      "8",
      "2, from 0 to 10",
      "train",
      "4, from config.json, TensorBoard’s hyperparameters",
    ]) {
      expect(words).toContain(part);
    }
    expect(byTestId("joined")?.textContent).toContain("scores.jsonl");
    expect(byTestId("joined")?.querySelector(".odd")?.textContent).toBe("1");
    expect(await violations()).toEqual([]);
    await click(byTestId("run-info-dialog")?.querySelector<HTMLElement>(".head button"));
    expect(byTestId("run-info-dialog")).toBeNull();
    await click(byTestId("run-info"));
    expect(byTestId("run-info-dialog")).not.toBeNull();
  });

  test("does not open where there is no run", async () => {
    await show();
    await press("i");
    expect(byTestId("run-info")).toBeNull();
    expect(byTestId("run-info-dialog")).toBeNull();
  });

  test("in Chinese everything is said", async () => {
    setLanguage("zh");
    await show(runInfo({ ...one, ...GUESS, mapping_guessed: true }), two);
    await press("i");
    expect(byTestId("run-info-dialog")?.textContent).toContain("设置对比");
    expect(root.textContent).not.toMatch(/\b(info|shell)\.\w/);
  });
});

describe("settings", () => {
  test("of several runs stand beside each other, with what differs marked and where it is from", async () => {
    await show(one, two, bare);
    await press("i");
    const table = byTestId("config-table");
    const row = (name: string) => table?.querySelector(`[data-setting=${name}]`);
    expect([...(table?.querySelectorAll("thead th") ?? [])].map((th) => th.textContent)).toEqual([
      "setting",
      "demo",
      "two",
    ]);
    expect(row("gamma")?.className).toBe("differs");
    expect(row("gamma")?.querySelector("th")?.textContent).toContain("≠");
    expect(row("gamma")?.querySelector("td")?.title).toBe("0.99 (from config.json)");
    expect(row("lr")?.className).toBe("");
    expect(row("lr")?.querySelector("td")?.title).toBe("1e-6 (from config.json: optim.lr)");
    // What only one of them has is no difference of the other's: it stands apart, here without a click, as it is little.
    expect(row("kl")).toBeNull();
    const apart = [...document.querySelectorAll<HTMLDetailsElement>("[data-testid=config-partly]")];
    expect(apart.map(({ open }) => open)).toEqual([true, true]);
    expect(apart.map((each) => each.querySelector("summary")?.textContent)).toEqual([
      "1 only in two",
      "1 only in demo",
    ]);
    expect(apart[0]?.querySelector("[data-setting=kl] td")?.textContent).toBe("true");
    expect(await violations()).toEqual([]);

    await click(byTestId("only-differences"));
    const left = [...(table?.querySelectorAll("tbody tr") ?? [])] as HTMLElement[];
    expect(left.map((tr) => tr.dataset["setting"])).toEqual(["gamma"]);

    // Alone, nothing differs, and the switch has no say.
    await click(boxes("config-runs")[0]);
    expect(byTestId("only-differences")).toBeNull();
    expect(byTestId("config-table")?.querySelectorAll("tbody tr")).toHaveLength(4);
    await click(boxes("config-runs")[1]);
    expect(byTestId("config")?.textContent).toContain("All settings are the same.");
    await click(byTestId("only-differences"));
    expect(byTestId("config-table")?.textContent).toContain("bare (no settings)");
  });

  test("are compared with runs in natural order, those without settings last", async () => {
    await show(one, bare, { ...two, run: "seed10" }, { ...two, run: "seed2" });
    await press("i");
    const names = [...(byTestId("config-runs")?.querySelectorAll("label") ?? [])].map(
      (box) => box.textContent,
    );
    expect(names).toEqual(["seed2", "seed10", "bare"]);
  });

  test("that nobody logged say where they would come from, beside no list of runs to compare with", async () => {
    await show(runInfo(), two, bare);
    await press("i");
    expect(boxes("config-runs")).toEqual([]);
    expect(byTestId("config")?.textContent).toContain("config.json");
    expect(byTestId("config-table")).toBeNull();
  });
});

describe("TensorBoard's scalars", () => {
  test("say how they were paired; the choice is in the address and can be taken back", async () => {
    await show(one);
    await press("i");
    expect(byTestId("pairing-reason")?.textContent).toContain("nearest folder");
    expect(boxes("pairing-choices").map((box) => box.checked)).toEqual([true, false]);
    await click(boxes("pairing-choices")[1]);
    expect(selection.value.scalars).toBe("runs/a,runs/b");
    await vi.waitFor(() =>
      expect(decodeURIComponent(window.location.hash)).toContain("p.rlboard.scalars=runs/a,runs/b"),
    );
    expect(byTestId("pairing-reason")?.textContent).toContain("Chosen by you");
    await click(byTestId("pairing-automatic"));
    expect(selection.value.scalars).toBe("");
    expect(byTestId("pairing-reason")?.textContent).toContain("nearest folder");
  });

  test("a pairing that we have no word for, and none at all, are said as well", async () => {
    await show(runInfo({ scalar_runs: ["x"], scalar_pairing: "telepathy" }));
    await press("i");
    expect(byTestId("pairing-reason")?.textContent).toBe("Paired by the server.");
    await show(runInfo());
    expect(byTestId("pairing")?.textContent).toContain("No run of TensorBoard");
    expect(byTestId("pairing")?.textContent).toContain("has no scalars in this log directory");
  });
});

describe("columns", () => {
  test("that were guessed are said in a line that leads to the whole mapping and its file", async () => {
    await show(runInfo({ ...GUESS, mapping_guessed: true }));
    expect(byTestId("mapping-bar")?.textContent).toContain(
      `The columns were guessed: reward ← score · prompt ← question · response ← ${HOSTILE}`,
    );
    expect(root.querySelector("img")).toBeNull();
    expect(await violations()).toEqual([]);

    const writeText = vi.fn(async () => undefined);
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText } });
    await click(byTestId("mapping-open"));
    const dialog = byTestId("mapping-dialog");
    expect(dialog?.querySelectorAll("tbody tr")).toHaveLength(3);
    expect(byTestId("mapping-toml")?.textContent).toBe(GUESS.mapping_toml);
    expect(dialog?.textContent).toContain("in the folder of demo");
    expect(dialog?.textContent).toContain("--rlboard_config");
    await click(dialog?.querySelector<HTMLElement>("[title='Copy the text of rlboard.toml']"));
    expect(writeText).toHaveBeenCalledWith(GUESS.mapping_toml);
    expect(await violations()).toEqual([]);
  });

  test("the line can be put away; another guess is said again", async () => {
    const guessed = runInfo({ ...GUESS, mapping_guessed: true });
    await show(guessed);
    await click(byTestId("mapping-hide"));
    expect(byTestId("mapping-bar")).toBeNull();
    await press("i");
    expect(byTestId("mapping-toml")).not.toBeNull();
    await show({ ...guessed, mapping: { prompt: "q", response: "a" } });
    expect(byTestId("mapping-bar")).not.toBeNull();
  });

  test("that were configured are said in the information, without a warning", async () => {
    await show(runInfo({ ...GUESS, mapping_guessed: false }));
    expect(byTestId("mapping-bar")).toBeNull();
    await press("i");
    expect(byTestId("run-facts")?.querySelector("[data-fact=mapping]")?.textContent).toBe(
      "set by rlboard.toml",
    );
    expect(byTestId("mapping")?.textContent).toContain("question");
    expect(byTestId("mapping-toml")).toBeNull();
  });
});
