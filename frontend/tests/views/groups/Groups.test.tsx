// @vitest-environment jsdom

/** The groups: the list, the members of one side by side, and where keys lead. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { revision } from "../../../src/data/revision";
import { runs } from "../../../src/data/runs";
import { listOrder } from "../../../src/data/sampleWalk";
import { steps } from "../../../src/data/steps";
import { dispatchKey } from "../../../src/state/keys";
import { DEFAULTS, select, selection } from "../../../src/state/selection";
import { Groups } from "../../../src/views/groups/Groups";
import { groupRows, rewardEnds } from "../../../src/views/groups/groupRows";
import { shareColumns } from "../../../src/views/groups/KindShares";
import { HOSTILE, runInfo, sampleOf, withTokens } from "../../fixtures";
import { byTestId, nextRevision, press, runsAnswer, settle, stubLayout, violations } from "../../page";

vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});

const LIST = {
  total: 2,
  ungrouped: 0,
  kinds: { gradient: 1, all_right: 1 },
  unit: "tokens" as const,
  by: "",
  values_total: 0,
  values: {},
  lines: [],
  columns: {
    step: [7, 7],
    group: ["g1", "g2"],
    prompt: [HOSTILE, "2 + 2?"],
    kind: ["gradient", "all_right"],
    size: [2, 1],
    reward_mean: [0.5, 1],
    reward_std: [0.5, 0],
    length_mean: [3, 2],
    distinct: [2, 1],
    weight: [6, 0],
    share: [1, 0],
  },
  members: { row: [0, 0, 1], id: ["a", "b", "c"], reward: [1, 0, 1], advantage: [1, -1, 0] },
};
const GROUP = {
  facts: { group: "g1", step: 7, size: 2, reward_mean: 0.5, reward_std: 0.5, share: 0.5, weight: 6 },
  prompt: HOSTILE,
  ground_truth: "4",
  unit: "tokens",
  aligned_by: "token",
  common_prefix: 1,
  common_prefix_characters: 3,
  good: 1,
  bad: 1,
  good_length: 2,
  bad_length: 4,
  good_have: [{ text: "= 4", words: 2, good: 1, bad: 0 }],
  bad_have: [],
  whole_texts: true,
  members: {
    id: ["a", "b"],
    reward: [1, 0],
    advantage: [1, -1],
    length: [2, 4],
    truncated: [false, true],
    weight: [2, 4],
    side: ["good", "bad"],
    units: [2, 2],
    alone_from: [1, 1],
  },
};

const { members } = GROUP;
const ALIKE = {
  ...GROUP,
  common_prefix: 2,
  members: { ...members, units: [2, 2], alone_from: [null, null] },
};
const ALONE = {
  ...GROUP,
  facts: { ...GROUP.facts, size: 1 },
  common_prefix: 0,
  members: Object.fromEntries(Object.entries(members).map(([name, values]) => [name, values.slice(0, 1)])),
};

const side = (id: string) => ({
  run: "demo",
  id,
  step: 7,
  text: "response",
  units: ["It ", id],
  left_out: 0,
  values: null,
});
const DIFF = {
  unit: "token",
  in_one_piece: true,
  metric: null,
  left: side("a"),
  right: side("b"),
  opcodes: {
    kind: ["equal", "delete", "insert"],
    left: [0, 1, 2],
    left_end: [1, 2, 2],
    right: [0, 1, 1],
    right_end: [1, 1, 2],
    move: [null, null, null],
  },
};
const VISITS = [
  { step: 3, id: "old1", reward: 0.25 },
  { step: 12, id: "new", reward: null },
];

let root: HTMLElement;
let group: object = GROUP;
const asked: string[] = [];

function answer(url: string): Response {
  asked.push(url);
  if (/\bgroups\?/.test(url)) return Response.json(LIST);
  if (/\bgroup\?/.test(url)) return Response.json(group);
  if (/\bdiff\?/.test(url)) return Response.json(DIFF);
  const id = new URL(url, "http://x").searchParams.get("id") ?? "";
  const tokens = { response_tokens: ["It ", id], raw_tokens: ["It ", id] };
  const own = id === "new" ? null : id === "old1" ? "g0" : "g1";
  const neighbours = { previous: null, next: null, group: [], group_rewards: [], prompt: VISITS };
  const metric = [{ name: "log_ratio", kind: "signed" as const, unit: "", origin: "" }];
  return withTokens(sampleOf(id, { ...tokens, token_metrics: metric, group: own, neighbours }), [
    0.5,
    id === "a" ? 2 : -4,
  ]);
}

beforeEach(async () => {
  stubLayout();
  asked.length = 0;
  group = GROUP;
  root = document.body.appendChild(document.createElement("main"));
  revision.value = nextRevision();
  runs.value = runsAnswer(runInfo());
  select({ ...DEFAULTS, view: "groups", run: "demo", step: 7 });
  const share = { groups_gradient: [1, 0.5], groups_all_right: [0, 0.5] };
  steps.value = { step: [6, 7], metrics: {}, step_metrics: share };
  vi.stubGlobal("fetch", async (url: string) => answer(String(url)));
  await act(() => render(<Groups />, root));
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise((done) => setTimeout(done, 20));
    await settle();
  }
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  vi.unstubAllGlobals();
});

const all = (name: string): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(`[data-testid=${name}]`)];

test("the list says which groups teach, and why the others do not", () => {
  expect(byTestId("groups-summary")?.textContent).toBe("2 groups · 50 % without gradient");
  expect(all("group-item").map((item) => item.dataset["kind"])).toEqual(["gradient", "all_right"]);
  expect(all("group-item")[1]?.textContent).toContain("all right");
  expect(all("group-item")[0]?.querySelectorAll("circle")).toHaveLength(2);
});

test("the members stand side by side: numbers, what is alike, what is their own", async () => {
  const [best, worst] = all("group-member");
  expect(best?.dataset["side"]).toBe("good");
  expect(best?.querySelector("[data-testid=member-prefix]")?.textContent).toContain("1 token alike");
  expect(best?.querySelector("[data-testid=member-own]")?.textContent).toBe("a");
  expect(worst?.textContent).toContain("truncated");
  // Half of the step's 12, of which 4 are its own.
  expect(worst?.textContent).toContain("of the step’s gradient 33.3 %");
  expect(byTestId("group-chips")?.textContent).toContain("“= 4”: 1 of 1, the bad 0 of 1");
  expect(byTestId("group-longer")?.textContent).toBe("the good are 2 tokens shorter");
  expect(root.querySelector("img")).toBeNull();
  expect(await violations()).toEqual([]);
});

test("what is alike opens on all members at once", async () => {
  expect(root.querySelectorAll("[data-testid=token]").length).toBeLessThan(4);
  await act(() => all("member-prefix")[0]?.click());
  expect(all("member-prefix").map((button) => button.getAttribute("aria-expanded"))).toEqual([
    "true",
    "true",
  ]);
  await act(() => all("member-prefix")[0]?.click());
});

async function walkTo(answered: object): Promise<void> {
  group = answered;
  await press("j");
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise((done) => setTimeout(done, 20));
    await settle();
  }
}

test("members that are all alike are so, and nothing of them is shown twice", async () => {
  await walkTo(ALIKE);
  expect(byTestId("group-diverge")?.textContent).toBe("all alike");
  expect(all("member-prefix").map((button) => button.textContent)).toEqual([
    "2 tokens alike: “It a”",
    "2 tokens alike: “It b”",
  ]);
  expect(all("member-own")).toEqual([]);
});

test("a member alone diverges from nobody and has its colours", async () => {
  await walkTo(ALONE);
  expect(byTestId("group-facts")?.textContent).toContain("1 member");
  expect(byTestId("group-diverge")).toBeNull();
  expect(all("member-prefix")).toEqual([]);
  expect(all("member-own").map((own) => own.querySelectorAll("[data-testid=token]").length)).toEqual([2]);
});

test("keys walk groups, members and into a sample", async () => {
  await press("j");
  expect(selection.value).toMatchObject({ group: "g2", group_step: 7 });
  await press("k");
  expect(selection.value.group).toBe("g1");
  await press("l");
  expect(document.activeElement).toBe(all("member-open")[0]);
  await act(() => all("member-open")[1]?.click());
  expect(selection.value).toMatchObject({ sample: "b", step: 7, view: "groups" });
  expect(listOrder.value.ids).toEqual(["a", "b"]);
});

test("a link shows a group that the list does not reach", async () => {
  await act(() => select({ group: "g9", group_step: 7 }));
  await new Promise((done) => setTimeout(done, 80));
  await settle();
  expect(asked.some((url) => url.includes("group=g9"))).toBe(true);
  expect(all("group-item").map((item) => item.getAttribute("aria-current"))).toEqual(["false", "false"]);
});

test("a kind narrows the list, in the address", async () => {
  await act(() => byTestId("kind-all_right")?.click());
  expect(selection.value.kinds).toBe("all_right");
  await new Promise((done) => setTimeout(done, 80));
  await settle();
  expect(asked.some((url) => url.includes("kinds=all_right"))).toBe(true);
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

test("two members are compared by a key or a press; the address keeps which", async () => {
  await press("l");
  const key = { key: "d", bubbles: true, cancelable: true };
  document.addEventListener("keydown", dispatchKey, { once: true });
  await act(() => void document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", key)));
  expect(selection.value.group_diff).toBe("a");
  expect(byTestId("group-diff")?.textContent).toBe("Choose a second member to compare member 1 with.");
  await act(() => all("member-compare")[1]?.click());
  expect(selection.value.group_diff).toBe("a,b");
  await vi.waitFor(() => expect(byTestId("diff")).not.toBeNull());
  await settle();
  expect(asked.find((url) => /\bdiff\?/.test(url))).toContain("id=b&against_id=a");
  expect(byTestId("diff")?.getAttribute("aria-label")).toContain("member 1 · reward 1");
  expect(root.querySelector(".diff-rows del")?.textContent).toBe("a");
  expect(all("member-compare").map((button) => button.getAttribute("aria-pressed"))).toEqual([
    "true",
    "true",
  ]);
  expect(await violations()).toEqual([]);
  await press("n");
  expect(root.querySelector("[data-current]")?.textContent).toBe("a");
  await act(() => byTestId("group-diff-end")?.click());
  expect(selection.value.group_diff).toBe("");
  expect(byTestId("group-diff")).toBeNull();
});

test("the steps at which the prompt was seen lead to its group there, or to the sample where it is in none", async () => {
  expect(all("group-visit").map((visit) => visit.textContent)).toEqual(["3", "12"]);
  expect(all("group-visit")[0]?.title).toContain("reward 0.25");
  await act(() => all("group-visit")[0]?.click());
  await vi.waitFor(() => expect(selection.value).toMatchObject({ step: 3, group: "g0", group_step: 3 }));
  await act(() => select({ step: 7, group: "g1", group_step: 7 }));
  await vi.waitFor(() => expect(all("group-visit")).toHaveLength(2));
  await act(() => all("group-visit")[1]?.click());
  await vi.waitFor(() => expect(selection.value).toMatchObject({ step: 12, sample: "new" }));
});
