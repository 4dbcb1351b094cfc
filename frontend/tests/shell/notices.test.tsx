// @vitest-environment jsdom

/** Warnings above the curves. */

import { act } from "preact/test-utils";
import { describe, expect, test, vi } from "vitest";
import { listedRuns, updateRuns } from "../../src/data/runs";
import { setLanguage } from "../../src/i18n";
import { warningsOf } from "../../src/shell/notices/warnings";
import { select, selection } from "../../src/state/selection";
import { HOSTILE, runInfo } from "../fixtures";
import { byTestId, nextRevision, runsAnswer, violations } from "../page";
import { click, GUESS, NoticesPage } from "./noticesPage";

// The charts' library asks for the screen's density as soon as it is imported; jsdom has no screen.
vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});
vi.mock("../../src/ui/styles", () => ({ adoptStyles: () => undefined }));

const page = new NoticesPage();

describe("warnings", () => {
  const SETTINGS = {
    kind: "settings",
    text: `a/rlboard.toml: there is no section [${HOSTILE}].`,
    values: {},
  };

  test("stand above the curves, the gravest first, the others one click away; each can be put away", async () => {
    const info = runInfo({ notices: [SETTINGS], mapping_doubt: "reward could also be score." });
    await page.show({ ...runsAnswer(info), settings_problems: ["--rlboard_config: there is no file x."] });
    expect(page.lines()).toEqual(["reward could also be score."]);
    expect(byTestId("notices-more")?.textContent).toBe("and 2 more");
    await click(byTestId("notices-more"));
    expect(page.lines()).toEqual([
      "reward could also be score.",
      SETTINGS.text,
      "--rlboard_config: there is no file x.",
    ]);
    expect(page.root.querySelector("img")).toBeNull();
    expect(await violations()).toEqual([]);
    await click(byTestId("notices")?.querySelector("[aria-label='Put this warning away']"));
    expect(page.lines()).toEqual([SETTINGS.text, "--rlboard_config: there is no file x."]);
  });

  test("a mistake in settings is said where there is no run, too", async () => {
    await page.show({ ...runsAnswer(), settings_problems: ["rlboard.toml is no TOML."] });
    expect(page.lines()).toEqual(["rlboard.toml is no TOML."]);
    expect(byTestId("formats")).not.toBeNull();
  });

  test("a run without any is quiet", async () => {
    await page.show(runsAnswer(runInfo()));
    expect(byTestId("notices")).toBeNull();
    expect(byTestId("mapping-bar")).toBeNull();
  });

  test("the one about another run leads there", async () => {
    const values = { other: "two", reason: "" };
    const info = runInfo({ notices: [{ kind: "same_as_nothing_known", text: "See two.", values }] });
    await page.show(runsAnswer(info, runInfo({ run: "two" })));
    expect(page.lines()).toEqual(["See two."]);
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
    await page.show(runsAnswer(worse, better));
    expect(listedRuns()).toEqual(["demo"]);
    expect(page.lines()[0]).toContain("that one has no token data");
    await click([...(byTestId("notices")?.querySelectorAll("button") ?? [])][0]);
    expect(selection.value.run).toBe("dump");
    expect(listedRuns()).toEqual(["dump", "demo"]);
    expect(page.lines()[0]).toContain("this one has no token data");
    await act(() => {
      select({ run: "" });
      updateRuns({ ...runsAnswer(worse, better), revision: nextRevision() });
    });
    expect(selection.value.run).toBe("demo");
  });

  test("a doubt leads to the mapping", async () => {
    await page.show(runsAnswer(runInfo({ ...GUESS, mapping_doubt: "reward could also be score." })));
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
