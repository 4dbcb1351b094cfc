// @vitest-environment jsdom

/** The list of the groups, and where keys lead. */

import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import { runs } from "../../../src/data/runs";
import { listOrder } from "../../../src/data/sampleWalk";
import { select, selection } from "../../../src/state/selection";
import { groupRows, rewardEnds } from "../../../src/views/groups/groupRows";
import { shareColumns } from "../../../src/views/groups/KindShares";
import { HOSTILE, runInfo } from "../../fixtures";
import { byTestId, press, runsAnswer, settle } from "../../page";
import { GroupsPage, LIST } from "./groupsPage";

vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});

const page = new GroupsPage();

test("the list says which groups teach, and why the others do not", () => {
  expect(byTestId("groups-summary")?.textContent).toBe("2 groups · 50 % without gradient");
  expect(page.all("group-item").map((item) => item.dataset["kind"])).toEqual(["gradient", "all_right"]);
  expect(page.all("group-item")[1]?.textContent).toContain("all right");
  expect(page.all("group-item")[0]?.querySelectorAll("circle")).toHaveLength(2);
});

test("groups that compare nothing are said above the list, in the language of the page", async () => {
  expect(page.root.querySelector("[data-testid=groups-odd]")).toBeNull();
  const reason = `Each sample of step 3 has a group_id of its own, ${HOSTILE}`;
  await act(() => {
    runs.value = runsAnswer({ ...runInfo(), unusable: { group_id: reason } });
  });
  expect(page.root.querySelector("[data-testid=groups-odd]")?.textContent).toBe(reason);
});

test("keys walk groups, members and into a sample", async () => {
  await press("j");
  expect(selection.value).toMatchObject({ group: "g2", group_step: 7 });
  await press("k");
  expect(selection.value.group).toBe("g1");
  await press("l");
  expect(document.activeElement).toBe(page.all("member-open")[0]);
  await act(() => page.all("member-open")[1]?.click());
  expect(selection.value).toMatchObject({ sample: "b", step: 7, view: "groups" });
  expect(listOrder.value.ids).toEqual(["a", "b"]);
});

test("a link shows a group that the list does not reach", async () => {
  await act(() => select({ group: "g9", group_step: 7 }));
  await new Promise((done) => setTimeout(done, 80));
  await settle();
  expect(page.asked.some((url) => url.includes("group=g9"))).toBe(true);
  expect(page.all("group-item").map((item) => item.getAttribute("aria-current"))).toEqual(["false", "false"]);
});

test("a kind narrows the list, in the address", async () => {
  await act(() => byTestId("kind-all_right")?.click());
  expect(selection.value.kinds).toBe("all_right");
  await new Promise((done) => setTimeout(done, 80));
  await settle();
  expect(page.asked.some((url) => url.includes("kinds=all_right"))).toBe(true);
});

test("the axis reaches from the lowest to the highest finite reward", () => {
  expect(rewardEnds(groupRows(LIST))).toEqual([0, 1]);
  expect(rewardEnds([])).toBeNull();
});

test("steps that have no room of their own share a column", () => {
  const columns = shareColumns({ groups_gradient: [1, 0, null, 0.5] }, 4, 2);
  expect(columns).toEqual([
    { from: 0, to: 2, shares: [["gradient", 0.5]] },
    { from: 2, to: 4, shares: [["gradient", 0.5]] },
  ]);
});
