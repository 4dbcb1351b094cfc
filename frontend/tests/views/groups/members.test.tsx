// @vitest-environment jsdom

/** The members of a group side by side: what is alike, what is their own, two of them compared, and other steps. */

import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import { runs } from "../../../src/data/runs";
import { dispatchKey } from "../../../src/state/keys";
import { select, selection } from "../../../src/state/selection";
import { runInfo } from "../../fixtures";
import { byTestId, press, runsAnswer, settle, violations } from "../../page";
import { ALIKE, ALONE, GROUP, GroupsPage, LIST } from "./groupsPage";

vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});

const page = new GroupsPage();

test("the members stand side by side: numbers, what is alike, what is their own", async () => {
  const [best, worst] = page.all("group-member");
  expect(best?.dataset["side"]).toBe("good");
  expect(best?.querySelector("[data-testid=member-prefix]")?.textContent).toContain("1 token alike");
  expect(best?.querySelector("[data-testid=member-own]")?.textContent).toBe("a");
  expect(worst?.textContent).toContain("truncated");
  // Half of the step's 12, of which 4 are its own.
  expect(worst?.textContent).toContain("of the step’s gradient 33.3 %");
  expect(byTestId("group-chips")?.textContent).toContain("“= 4”: 1 of 1, the bad 0 of 1");
  expect(byTestId("group-longer")?.textContent).toBe("the good are 2 tokens shorter");
  expect(page.root.querySelector("img")).toBeNull();
  expect(await violations()).toEqual([]);
});

test("what is alike opens on all members at once", async () => {
  expect(page.root.querySelectorAll("[data-testid=token]").length).toBeLessThan(4);
  await act(() => page.all("member-prefix")[0]?.click());
  expect(page.all("member-prefix").map((button) => button.getAttribute("aria-expanded"))).toEqual([
    "true",
    "true",
  ]);
  await act(() => page.all("member-prefix")[0]?.click());
});

test("members that are all alike are so, and nothing of them is shown twice", async () => {
  await page.walkTo(ALIKE);
  expect(byTestId("group-diverge")?.textContent).toBe("all alike");
  expect(page.all("member-prefix").map((button) => button.textContent)).toEqual([
    "2 tokens alike: “It a”",
    "2 tokens alike: “It b”",
  ]);
  expect(page.all("member-own")).toEqual([]);
});

test("a member alone diverges from nobody and has its colours; why it gives no gradient stands above it", async () => {
  expect(byTestId("group-facts")?.textContent).not.toContain("no gradient");
  await page.walkTo(ALONE);
  expect(byTestId("group-facts")?.textContent).toContain("1 member · no gradient: one member");
  expect(byTestId("group-diverge")).toBeNull();
  expect(page.all("member-prefix")).toEqual([]);
  expect(page.all("member-own").map((own) => own.querySelectorAll("[data-testid=token]").length)).toEqual([
    2,
  ]);
});

test("two members are compared by a key or a press; the address keeps which", async () => {
  await press("l");
  const key = { key: "d", bubbles: true, cancelable: true };
  document.addEventListener("keydown", dispatchKey, { once: true });
  await act(() => void document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", key)));
  expect(selection.value.group_diff).toBe("a");
  expect(byTestId("group-diff")?.textContent).toBe("Choose a second member to compare member 1 with.");
  await act(() => page.all("member-compare")[1]?.click());
  expect(selection.value.group_diff).toBe("a,b");
  await vi.waitFor(() => expect(byTestId("diff")).not.toBeNull());
  await settle();
  expect(page.asked.find((url) => /\bdiff\?/.test(url))).toContain("id=b&against_id=a");
  expect(byTestId("diff")?.getAttribute("aria-label")).toContain("member 1 · reward 1");
  expect(page.root.querySelector(".diff-rows del")?.textContent).toBe("a");
  expect(page.all("member-compare").map((button) => button.getAttribute("aria-pressed"))).toEqual([
    "true",
    "true",
  ]);
  expect(await violations()).toEqual([]);
  await press("n");
  expect(page.root.querySelector("[data-current]")?.textContent).toBe("a");
  await act(() => byTestId("group-diff-end")?.click());
  expect(selection.value.group_diff).toBe("");
  expect(byTestId("group-diff")).toBeNull();
});

test("the steps at which the prompt was seen lead to its group there, or to the sample where it is in none", async () => {
  expect(page.all("group-visit").map((visit) => visit.textContent)).toEqual(["3", "12"]);
  expect(page.all("group-visit")[0]?.title).toContain("reward 0.25");
  await act(() => page.all("group-visit")[0]?.click());
  await vi.waitFor(() => expect(selection.value).toMatchObject({ step: 3, group: "g0", group_step: 3 }));
  await act(() => select({ step: 7, group: "g1", group_step: 7 }));
  await vi.waitFor(() => expect(page.all("group-visit")).toHaveLength(2));
  await act(() => page.all("group-visit")[1]?.click());
  await vi.waitFor(() => expect(selection.value).toMatchObject({ step: 12, sample: "new" }));
});

test("members that are still shown are not asked for in the run that was chosen meanwhile", async () => {
  await act(() => select({ group_diff: "a,b" }));
  await vi.waitFor(() => expect(page.asked.some((url) => /\bdiff\?/.test(url))).toBe(true));
  const letCome = page.hold(/\bgroup\?.*run=other/, {
    ...ALONE,
    members: { ...ALONE.members, id: ["ours"] },
  });
  page.asked.length = 0;
  runs.value = runsAnswer(runInfo(), runInfo({ run: "other" }));
  await act(() => select({ run: "other", step: 7, group_diff: "a,b" }));
  await settle();
  expect(page.all("group-member").length).toBe(2);
  await letCome();
  const asked = page.asked.filter((url) => /run=other/.test(url) && /[?&](against_)?id=/.test(url));
  expect(asked.map((url) => new URL(url, "http://x").searchParams.get("id"))).toEqual(["ours"]);
});

test("a group of the list of the run before is not asked for in the chosen one", async () => {
  const letCome = page.hold(/\bgroups\?.*run=other/, GROUP, {
    ...LIST,
    columns: { ...LIST.columns, group: ["o1", "o2"] },
  });
  page.asked.length = 0;
  runs.value = runsAnswer(runInfo(), runInfo({ run: "other" }));
  await act(() => select({ run: "other", step: 7 }));
  await settle();
  expect(page.all("group-member").length).toBe(2);
  await letCome();
  const asked = page.asked.filter((url) => /\bgroup\?.*run=other/.test(url));
  expect(asked.map((url) => new URL(url, "http://x").searchParams.get("group"))).toEqual(["o1"]);
});
