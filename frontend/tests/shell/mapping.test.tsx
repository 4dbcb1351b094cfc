// @vitest-environment jsdom

/** What is said of guessed columns, their other candidates, and the toml that changes them. */

import { act } from "preact/test-utils";
import { describe, expect, test, vi } from "vitest";
import { setLanguage } from "../../src/i18n";
import { readingLine } from "../../src/shell/info/mappingPairs";
import { tomlWithChoices, tomlWithKey } from "../../src/shell/info/mappingToml";
import { HOSTILE, runInfo } from "../fixtures";
import { byTestId, press, runsAnswer, violations } from "../page";
import { click, GUESS, NoticesPage, TOML } from "./noticesPage";

// The charts' library asks for the screen's density as soon as it is imported; jsdom has no screen.
vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});
vi.mock("../../src/ui/styles", () => ({ adoptStyles: () => undefined }));

const page = new NoticesPage();

describe("how a run was understood", () => {
  test("is one line, what curves depend on first", async () => {
    await page.show(runsAnswer(runInfo(GUESS)));
    expect(byTestId("mapping-bar")?.textContent).toContain(
      "reward ← reward_total · step ← file name · prompt ← question",
    );
    expect(await violations()).toEqual([]);
  });

  test("another candidate is chosen in the dialog, and the toml to copy follows", async () => {
    await page.show(runsAnswer(runInfo({ ...GUESS, mapping_shape: "members" })));
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
    await page.show(runsAnswer(known));
    expect(byTestId("mapping-bar")).toBeNull();
    await press("i");
    expect(byTestId("run-facts")?.querySelector("[data-fact=mapping]")?.textContent).toBe("step ← file name");
    expect(readingLine(runInfo())).toBe("");
  });

  test("in Chinese everything is said", async () => {
    setLanguage("zh");
    const doubt = `The reward may be another one: reward_total was taken, ${HOSTILE} would do as well.`;
    const setting = "a/rlboard.toml: [mapping] step must be a text in quotes, not a list; it is left out.";
    await page.show({
      ...runsAnswer(runInfo({ ...GUESS, mapping_doubt: doubt, mapping_shape: "turns" })),
      settings_problems: [setting],
    });
    await click(byTestId("notices-more"));
    expect(page.lines()).toEqual([
      `奖励可能另有所指：采用的是 reward_total，而 ${HOSTILE} 同样说得通。`,
      "a/rlboard.toml：[mapping] 的 step 须为带引号的文本，不能是列表；已忽略。",
    ]);
    expect(page.root.querySelector("img")).toBeNull();
    expect(byTestId("mapping-bar")?.textContent).toContain("step ← 文件名");
    const mapping = { response: "text" };
    const noted = (note: string): string =>
      readingLine(runInfo({ mapping, mapping_sources: { response: `text (${note})` } }));
    expect(noted("the last of several answers")).toBe("response ← text (多个回复中的最后一个)");
    expect(noted("yes = 1, no = 0")).toBe("response ← text (yes = 1, no = 0)");
    await click(byTestId("mapping-open"));
    expect(byTestId("mapping-dialog")?.textContent).toContain("对话形式");
    expect(byTestId("mapping-dialog")?.textContent).toContain("奖励可能另有所指");
    expect(page.root.textContent).not.toMatch(/\b(info|notice|shell)\.\w/);
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
