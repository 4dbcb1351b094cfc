// @vitest-environment jsdom

/** Keys that are pressed while another group is still on screen: they act on the chosen one, once it is there. */

import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import { dispatchKey } from "../../../src/state/keys";
import { select, selection } from "../../../src/state/selection";
import { press, settle } from "../../page";
import { ALONE, GroupsPage, LIST } from "./groupsPage";

vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});

const page = new GroupsPage();
const OTHER = {
  ...ALONE,
  facts: { ...ALONE.facts, group: "g2", size: 2 },
  members: { ...ALONE.members, id: ["c", "d"], side: ["good", "bad"], reward: [1, 0] },
};
const focusedMember = (): string | undefined =>
  document.activeElement?.closest<HTMLElement>("[data-testid=group-member]")?.dataset["id"];

test("keys for the members wait for those of the chosen group", async () => {
  const release = page.hold(/\bgroup\?/, OTHER);
  await press("j");
  expect(page.all("group")[0]?.classList.contains("stale")).toBe(true);
  for (const key of ["l", "l", "d"]) await press(key);
  expect(focusedMember()).toBeUndefined();
  expect(selection.value.group_diff).toBe("");
  await release();
  expect(focusedMember()).toBe("d");
  expect(selection.value.group_diff).toBe("d");
});

test("what waits for a group is forgotten with the next one", async () => {
  const release = page.hold(/\bgroup\?/, OTHER);
  await press("j");
  await press("l");
  await press("k");
  await release();
  expect(focusedMember()).toBeUndefined();
  await press("h");
  expect(focusedMember()).toBe("b");
});

test("Enter on a member that is going opens none of the old group's", async () => {
  await press("l");
  const release = page.hold(/\bgroup\?/, OTHER);
  await press("j");
  const pressed = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true });
  document.addEventListener("keydown", dispatchKey, { once: true });
  expect(focusedMember()).toBe("a");
  await act(() => void document.activeElement?.dispatchEvent(pressed));
  expect(pressed.defaultPrevented).toBe(true);
  await release();
  expect(selection.value).toMatchObject({ sample: "c", step: 7 });
});

test.each([
  { key: "l", member: "c", sample: null },
  { key: "Enter", member: undefined, sample: "c" },
])("while the list of another step is on its way, $key waits for its groups", async (each) => {
  const list = { ...LIST, columns: { ...LIST.columns, step: [8, 8] } };
  const release = page.hold(/\bgroups?\?/, { ...OTHER, facts: { ...OTHER.facts, step: 8 } }, list);
  await act(() => select({ step: 8 }));
  await settle();
  await press(each.key);
  expect([focusedMember(), selection.value.sample]).toEqual([undefined, null]);
  await release();
  expect(focusedMember()).toBe(each.member);
  expect(selection.value).toMatchObject({ sample: each.sample, step: 8 });
});
