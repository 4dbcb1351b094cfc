// @vitest-environment jsdom

/** Groups split by a text column: what is asked, what is shown of each value, and how it is taken back. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { revision } from "../../../src/data/revision";
import { runs } from "../../../src/data/runs";
import { DEFAULTS, select, selection } from "../../../src/state/selection";
import { Groups } from "../../../src/views/groups/Groups";
import { HOSTILE, runInfo } from "../../fixtures";
import { byTestId, nextRevision, runsAnswer, settle, stubLayout, violations } from "../../page";

// The charts' library asks for the screen's density as soon as it is imported; jsdom has no screen.
vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});

const LIST = {
  total: 1,
  ungrouped: 0,
  kinds: { gradient: 1, all_right: 1 },
  unit: "tokens",
  by: "",
  values_total: 0,
  values_mixed: 0,
  values: {},
  lines: [],
  columns: { step: [7], group: ["g1"], prompt: ["2 + 2?"], kind: ["gradient"], size: [2] },
  members: { row: [], id: [] },
};

const BY = {
  ...LIST,
  by: "data_source",
  values_total: 101,
  values: {
    value: ["sums", HOSTILE, null],
    groups: [2, 1, 1],
    gradient: [1, 1, 0],
    all_right: [1, 0, 1],
    weight: [6, 2, null],
    share: [0.75, 0.25, null],
  },
  lines: [{ step: [6, 7], kinds: { gradient: [1, 0.5], all_right: [0, 0.5] }, share: [1, 0.75] }],
};

let root: HTMLElement;
let list: object = LIST;
let isRefused = false;
let isRefusedOverSteps = false;
const asked: string[] = [];

const all = (name: string): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(`[data-testid=${name}]`)];

function answer(url: string): Response {
  asked.push(url);
  if (!/\bgroups\?/.test(url)) return new Response("No such group.", { status: 404 });
  const isRefusedNow = isRefused || (isRefusedOverSteps && !url.includes("step="));
  if (isRefusedNow && url.includes("by="))
    return new Response("by=id has more than 1,000 values.", { status: 400 });
  return Response.json(list);
}

async function choose(at: number): Promise<void> {
  const choice = byTestId("groups-by") as HTMLSelectElement;
  choice.selectedIndex = at;
  await act(() => void choice.dispatchEvent(new Event("change", { bubbles: true })));
}

const show = async (): Promise<void> => {
  await act(() => render(<Groups />, root));
  await vi.waitFor(() => expect(byTestId("groups-by")).not.toBeNull());
  await settle();
};

beforeEach(() => {
  stubLayout();
  asked.length = 0;
  list = LIST;
  isRefused = isRefusedOverSteps = false;
  root = document.body.appendChild(document.createElement("main"));
  revision.value = nextRevision();
  runs.value = runsAnswer(runInfo({ text_columns: ["prompt", "response", "data_source"] }));
  select({ ...DEFAULTS, view: "groups", run: "demo", step: 7 });
  vi.stubGlobal("fetch", async (url: string) => answer(String(url)));
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  vi.unstubAllGlobals();
});

test("groups are split by a text column: kinds, share of the gradient, both along the steps; a value narrows the list", async () => {
  list = BY;
  await show();
  const choice = byTestId("groups-by") as HTMLSelectElement;
  expect([...choice.options].map(({ text }) => text)).toEqual(["–", "data_source"]);
  await choose(1);
  expect(selection.value.groups_by).toBe("data_source");
  await vi.waitFor(() => expect(all("group-value")).toHaveLength(3));
  await vi.waitFor(() => expect(root.querySelectorAll(".group-value-line")).toHaveLength(2));
  expect(all("group-value").map((row) => row.textContent)).toEqual([
    "sums275 %50 %50 %sums: with gradient 50 %, all right 50 %sums: 75 % of the gradient of the selected step",
    `${HOSTILE}125 %100 %0 %––`,
    "none1–0 %100 %––",
  ]);
  const heights = [...root.querySelectorAll<SVGElement>(".group-value-line:first-child rect[data-kind]")];
  expect(heights.map((bar) => `${bar.dataset["kind"]} ${bar.getAttribute("height")}`)).toEqual([
    ...["gradient 18", "gradient 9", "all_right 9"],
    ...["gradient 18", "gradient 13.5"],
  ]);
  expect(root.querySelector(".group-values summary")?.textContent).toBe(
    "Groups by data_source: 101 values · the 3 with the most groups",
  );
  expect(asked.some((url) => url.includes("by=data_source") && !url.includes("step="))).toBe(true);
  expect(await violations()).toEqual([]);
  await act(() => all("group-value")[0]?.querySelector("button")?.click());
  expect(selection.value.groups_value).toBe("sums");
  await vi.waitFor(() => expect(asked.at(-1)).toContain("value=sums"));
  await act(() => byTestId("groups-value")?.click());
  expect(selection.value.groups_value).toBe("");
});

test("groups of several values are said, and how they count", async () => {
  list = { ...BY, values_mixed: 2 };
  select({ groups_by: "data_source" });
  await show();
  await vi.waitFor(() =>
    expect(byTestId("group-values-mixed")?.textContent).toBe(
      "2 groups have members of several values of data_source: each counts with that of its first member.",
    ),
  );
  list = BY;
});

test("a column of which no group has a value says so", async () => {
  list = { ...BY, values_total: 1, values: { value: [null], groups: [2], share: [null] }, lines: [] };
  select({ groups_by: "data_source" });
  await show();
  await vi.waitFor(() =>
    expect(root.textContent).toContain("No group of these steps has a text “data_source”"),
  );
});

test("values that are too many along all steps are said so, beside those of the step", async () => {
  list = BY;
  isRefusedOverSteps = true;
  select({ groups_by: "data_source" });
  await show();
  await vi.waitFor(() =>
    expect(root.querySelector(".group-values")?.textContent).toContain("more than 1,000"),
  );
  expect(all("group-value")).toHaveLength(3);
});

test("a column with too many values can be taken back", async () => {
  isRefused = true;
  select({ groups_by: "id" });
  await show();
  await vi.waitFor(() => expect(root.textContent).toContain("more than 1,000 values"));
  const choice = byTestId("groups-by") as HTMLSelectElement;
  expect(choice.value).toBe("id");
  await choose(0);
  await vi.waitFor(() => expect(all("group-item")).toHaveLength(1));
});
