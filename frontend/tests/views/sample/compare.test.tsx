// @vitest-environment jsdom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Sample } from "../../../src/api/answers";
import { revision } from "../../../src/data/revision";
import { select, selection } from "../../../src/state/selection";
import { SampleDrawer } from "../../../src/views/sample/SampleDrawer";
import { metric, sampleOf, withTokens } from "../../fixtures";
import { byTestId, nextRevision, press, settle, stubLayout } from "../../page";

vi.mock("uplot", () => ({ default: class {} }));
vi.mock("../../../src/ui/styles", () => ({ adoptStyles: () => undefined }));

const text = (shown: string) => ({ raw: shown, shown });
const SAMPLE: Sample = sampleOf("s", {
  texts: { response: text("ab"), ref_response: text("ac") },
  response_tokens: ["a", "b"],
  raw_tokens: ["a", "b"],
  token_metrics: [metric("values")],
  neighbours: {
    ...{ previous: null, next: null, group: ["s", "g"], group_rewards: [0.25, 0.5] },
    prompt: [{ step: 3, id: "c", reward: 0.75 }],
  },
});
const side = (units: string[], values: number[] | null = null) => ({
  ...{ run: "demo", id: "x", step: 1, text: "response", left_out: 0 },
  ...{ units, values },
});
const DIFF = {
  ...{ unit: "word", in_one_piece: true, metric: null, left: side(["a", "c"]), right: side(["a", "b"]) },
  opcodes: {
    ...{ kind: ["equal", "delete", "insert"], left: [0, 1, 2], left_end: [1, 2, 2] },
    ...{ right: [0, 1, 1], right_end: [1, 1, 2], move: [null, null, null] },
  },
};
let asked: URLSearchParams[];
let place: HTMLElement;

beforeEach(async () => {
  stubLayout();
  Element.prototype.scrollIntoView = vi.fn();
  asked = [];
  vi.stubGlobal("fetch", async (question: string) => {
    const url = new URL(question, "http://x/");
    if (!url.pathname.endsWith("/diff")) return withTokens(SAMPLE, [1, 2]);
    asked.push(url.searchParams);
    return url.searchParams.get("against_id") === "c"
      ? new Response("Not found: no such sample.", { status: 404 })
      : Response.json(DIFF);
  });
  revision.value = nextRevision();
  select({ run: "demo", sample: "s", token: null, metric: "", diff_with: "" });
  place = document.createElement("div");
  document.body.replaceChildren(place);
  await act(() => render(<SampleDrawer />, place));
  await settle();
});

afterEach(() => act(() => render(null, place)));

const choice = (): HTMLSelectElement | null => byTestId("compare-with")?.closest("select") ?? null;
async function choose(index: number): Promise<void> {
  const field = choice();
  if (field === null) throw new Error("no choice");
  field.selectedIndex = index;
  await act(() => void field.dispatchEvent(new Event("change", { bubbles: true })));
  await settle();
}

it("the reference, the group and other steps can be compared with", () => {
  expect([...(choice()?.options ?? [])].map((option) => option.text)).toEqual([
    "nothing",
    "Reference response",
    "Sample 2 of the group, reward 0.5",
    "The prompt at step 3, reward 0.75",
  ]);
});

it("the differences take the place of the tokens, are in the address, and n walks them", async () => {
  await choose(1);
  expect(selection.value.diff_with).toBe("reference");
  expect(asked.map((one) => [one.get("against"), one.get("metric")])).toEqual([["reference", null]]);
  expect(byTestId("diff")?.getAttribute("aria-label")).toBe(
    "Differences between Reference response and this response",
  );
  expect(byTestId("legend")).toBeNull();
  await press("n");
  expect(place.querySelector("[data-current]")?.textContent).toBe("c");
  await choose(0);
  expect(byTestId("diff")).toBeNull();
  expect(byTestId("legend")).not.toBeNull();
});

it("another sample is compared with the metric that colours", async () => {
  await choose(2);
  expect([asked[0]?.get("against_id"), asked[0]?.get("metric")]).toEqual(["g", "values"]);
});

it("what fails is said, and something else can be chosen", async () => {
  await choose(3);
  expect(byTestId("compared")?.textContent).toContain("no such sample");
  await choose(0);
  expect(byTestId("compared")).toBeNull();
});

it("what this sample has not is not compared with", async () => {
  await act(() => select({ diff_with: "somebody" }));
  expect(byTestId("compared")).toBeNull();
  expect(asked).toEqual([]);
});
