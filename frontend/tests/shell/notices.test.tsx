// @vitest-environment jsdom

/** What is said above the curves: warnings, guessed columns with their other candidates, and the toml that changes them. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Runs } from "../../src/api/answers";
import { App } from "../../src/app";
import { revision } from "../../src/data/revision";
import { listedRuns, runs, updateRuns } from "../../src/data/runs";
import { steps } from "../../src/data/steps";
import { setLanguage } from "../../src/i18n";
import { setting } from "../../src/lib/storage";
import { readingLine } from "../../src/shell/info/mappingPairs";
import { tomlWithChoices, tomlWithKey } from "../../src/shell/info/mappingToml";
import { warningsOf } from "../../src/shell/notices/warnings";
import { DEFAULTS, select, selection } from "../../src/state/selection";
import { HOSTILE, runInfo } from "../fixtures";
import { byTestId, nextRevision, press, readWholePage, runsAnswer, settle, violations } from "../page";

// The charts' library asks for the screen's density as soon as it is imported; jsdom has no screen.
vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});
vi.mock("../../src/ui/styles", () => ({ adopt: () => undefined }));

const TOML =
  '# a note\n[mapping]\nprompt = "question"\nreward = "reward_total"\n\n[mapping.columns]\nreward_x = "x.y"\n';
const GUESS = {
  mapping: { prompt: "question", reward: "reward_total" },
  mapping_sources: { prompt: "question", reward: "reward_total", step: "file name" },
  mapping_alternatives: { reward: ["score", "acc"], ground_truth: ["answer"] },
  mapping_toml: TOML,
  mapping_guessed: true,
};
const isTexts = (value: unknown): value is string[] => Array.isArray(value);

let root: HTMLElement;

async function show(answer: Runs): Promise<void> {
  runs.value = answer;
  await act(() => render(<App />, root));
  await settle();
}

const click = (element: Element | null | undefined): Promise<void> =>
  act(async () => {
    if (!(element instanceof HTMLElement)) throw new Error("nothing to click on");
    element.click();
  });
const lines = (): (string | null)[] =>
  [...(byTestId("notices")?.querySelectorAll(".text") ?? [])].map((line) => line.textContent);

beforeAll(readWholePage);
beforeEach(() => {
  // jsdom knows the element and not how to open it.
  HTMLDialogElement.prototype.showModal = function open() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
  document.title = "RL Board";
  document.documentElement.lang = "en";
  window.history.replaceState(null, "", "/#rlboard");
  root = document.body.appendChild(document.createElement("div"));
  revision.value = nextRevision();
  for (const name of ["mapping.seen", "notices.seen"]) setting<string[]>(name, [], isTexts).value = [];
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

describe("warnings", () => {
  const SETTINGS = {
    kind: "settings",
    text: `a/rlboard.toml: there is no section [${HOSTILE}].`,
    values: {},
  };

  test("stand above the curves, the gravest first, the others one click away; each can be put away", async () => {
    const info = runInfo({ notices: [SETTINGS], mapping_doubt: "reward could also be score." });
    await show({ ...runsAnswer(info), settings_problems: ["--rlboard_config: there is no file x."] });
    expect(lines()).toEqual(["reward could also be score."]);
    expect(byTestId("notices-more")?.textContent).toBe("and 2 more");
    await click(byTestId("notices-more"));
    expect(lines()).toEqual([
      "reward could also be score.",
      SETTINGS.text,
      "--rlboard_config: there is no file x.",
    ]);
    expect(root.querySelector("img")).toBeNull();
    expect(await violations()).toEqual([]);
    await click(byTestId("notices")?.querySelector("[aria-label='Put this warning away']"));
    expect(lines()).toEqual([SETTINGS.text, "--rlboard_config: there is no file x."]);
  });

  test("a mistake in settings is said where there is no run, too", async () => {
    await show({ ...runsAnswer(), settings_problems: ["rlboard.toml is no TOML."] });
    expect(lines()).toEqual(["rlboard.toml is no TOML."]);
    expect(byTestId("formats")).not.toBeNull();
  });

  test("a run without any is quiet", async () => {
    await show(runsAnswer(runInfo()));
    expect(byTestId("notices")).toBeNull();
    expect(byTestId("mapping-bar")).toBeNull();
  });

  test("the one about another run leads there", async () => {
    const values = { other: "two", reason: "" };
    const info = runInfo({ notices: [{ kind: "same_as_nothing_known", text: "See two.", values }] });
    await show(runsAnswer(info, runInfo({ run: "two" })));
    expect(lines()).toEqual(["See two."]);
    await click([...(byTestId("notices")?.querySelectorAll("button") ?? [])][0]);
    expect(selection.value.run).toBe("two");
  });

  test("a run whose samples another has as well is not listed unless it is chosen", async () => {
    const notice = (kind: string, other: string, which: string) => ({
      kind,
      text: `${other} holds the same samples as this run; ${which} one has no token data, so the list of runs leaves it out.`,
      values: { other, lacks: "tokens" },
    });
    const worse = runInfo({
      run: "dump",
      same_as: "demo",
      notices: [notice("same_samples", "demo", "this")],
    });
    const better = runInfo({ notices: [notice("same_samples_elsewhere", "dump", "that")] });
    await show(runsAnswer(worse, better));
    expect(listedRuns()).toEqual(["demo"]);
    expect(lines()[0]).toContain("that one has no token data");
    await click([...(byTestId("notices")?.querySelectorAll("button") ?? [])][0]);
    expect(selection.value.run).toBe("dump");
    expect(listedRuns()).toEqual(["dump", "demo"]);
    expect(lines()[0]).toContain("this one has no token data");
    await act(() => {
      select({ run: "" });
      updateRuns({ ...runsAnswer(worse, better), revision: nextRevision() });
    });
    expect(selection.value.run).toBe("demo");
  });

  test("a doubt leads to the mapping", async () => {
    await show(runsAnswer(runInfo({ ...GUESS, mapping_doubt: "reward could also be score." })));
    await click([...(byTestId("notices")?.querySelectorAll("button") ?? [])][0]);
    expect(byTestId("mapping-dialog")?.textContent).toContain("reward could also be score.");
  });

  test("are told apart whatever the language", () => {
    const answer = { ...runsAnswer(), settings_problems: ["a"] };
    const before = warningsOf(answer, null);
    setLanguage("zh");
    expect(warningsOf(answer, null)).toEqual(before);
    expect(warningsOf(null, null)).toEqual([]);
  });
});

describe("how a run was understood", () => {
  test("is one line, what curves depend on first", async () => {
    await show(runsAnswer(runInfo(GUESS)));
    expect(byTestId("mapping-bar")?.textContent).toContain(
      "reward ← reward_total · step ← file name · prompt ← question",
    );
    expect(await violations()).toEqual([]);
  });

  test("another candidate is chosen in the dialog, and the toml to copy follows", async () => {
    await show(runsAnswer(runInfo({ ...GUESS, mapping_shape: "members" })));
    await click(byTestId("mapping-open"));
    expect(byTestId("mapping-toml")?.textContent).toBe(TOML);
    expect(byTestId("mapping")?.textContent).toContain("A row is a prompt with a list of rollouts.");
    const select = byTestId<HTMLSelectElement>("mapping-choice-reward");
    expect([...(select?.options ?? [])].map((option) => option.textContent)).toEqual([
      "reward_total",
      "score",
      "acc",
    ]);
    const choose = (index: number): Promise<void> =>
      act(async () => {
        if (select === null) throw new Error("there is no choice");
        select.selectedIndex = index;
        select.dispatchEvent(new Event("change", { bubbles: true }));
      });
    await choose(1);
    const changed = TOML.replace('"reward_total"', '"score"');
    expect(byTestId("mapping-toml")?.textContent).toBe(changed);
    const writeText = vi.fn(async () => undefined);
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText } });
    await click(byTestId("mapping-dialog")?.querySelector("[title='Copy the text of rlboard.toml']"));
    expect(writeText).toHaveBeenCalledWith(changed);
    expect(await violations()).toEqual([]);
    await choose(0);
    expect(byTestId("mapping-toml")?.textContent).toBe(TOML);
    // A column that was not read at all has its candidates as well.
    const unread = byTestId<HTMLSelectElement>("mapping-choice-ground_truth");
    expect([...(unread?.options ?? [])].map((option) => option.textContent)).toEqual([
      "(not read)",
      "answer",
    ]);
  });

  test("a format that is known is quiet; what only its path says stands in the run's information", async () => {
    const known = runInfo({ mapping_sources: { step: "file name" } });
    await show(runsAnswer(known));
    expect(byTestId("mapping-bar")).toBeNull();
    await press("i");
    expect(byTestId("run-facts")?.querySelector("[data-fact=mapping]")?.textContent).toBe("step ← file name");
    expect(readingLine(runInfo())).toBe("");
  });

  test("in Chinese everything is said", async () => {
    setLanguage("zh");
    const doubt = `The reward may be another one: reward_total was taken, ${HOSTILE} would do as well.`;
    const setting = "a/rlboard.toml: [mapping] step must be a text in quotes, not a list; it is left out.";
    await show({
      ...runsAnswer(runInfo({ ...GUESS, mapping_doubt: doubt, mapping_shape: "turns" })),
      settings_problems: [setting],
    });
    await click(byTestId("notices-more"));
    expect(lines()).toEqual([
      `奖励可能另有所指：采用的是 reward_total，而 ${HOSTILE} 同样说得通。`,
      "a/rlboard.toml：[mapping] 的 step 须为带引号的文本，不能是列表；已忽略。",
    ]);
    expect(root.querySelector("img")).toBeNull();
    expect(byTestId("mapping-bar")?.textContent).toContain("step ← 文件名");
    const mapping = { response: "text" };
    const noted = (note: string): string =>
      readingLine(runInfo({ mapping, mapping_sources: { response: `text (${note})` } }));
    expect(noted("the last of several answers")).toBe("response ← text (多个回复中的最后一个)");
    expect(noted("yes = 1, no = 0")).toBe("response ← text (yes = 1, no = 0)");
    await click(byTestId("mapping-open"));
    expect(byTestId("mapping-dialog")?.textContent).toContain("对话形式");
    expect(byTestId("mapping-dialog")?.textContent).toContain("奖励可能另有所指");
    expect(root.textContent).not.toMatch(/\b(info|notice|shell)\.\w/);
  });
});

describe("the toml of a choice", () => {
  test("replaces the line of its word, and only in its section", () => {
    expect(tomlWithKey(TOML, "reward", 'a "b"')).toBe(TOML.replace('"reward_total"', '"a \\"b\\""'));
    expect(tomlWithKey(TOML, "reward_x", "z")).toContain('[mapping]\nreward_x = "z"\nprompt');
    expect(tomlWithKey("", "step", "i")).toBe('[mapping]\nstep = "i"\n');
    expect(tomlWithKey("[mapping]\n", "step", "\u007f")).toBe('[mapping]\nstep = "\\u007f"\n');
    expect(tomlWithChoices(TOML, {})).toBe(TOML);
  });
});
