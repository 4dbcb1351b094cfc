// @vitest-environment jsdom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Sample } from "../../../src/api/answers";
import { revision } from "../../../src/data/revision";
import { select, selection } from "../../../src/state/selection";
import { lockedScales } from "../../../src/tokens/shared/tokenViewState";
import { SampleDrawer } from "../../../src/views/sample/SampleDrawer";
import { HOSTILE, metric, sampleOf, withTokens } from "../../fixtures";
import { byTestId, nextRevision, press, settle, stubLayout } from "../../page";

vi.mock("uplot", () => ({ default: class {} }));
// Style sheets mean nothing without a layout, and jsdom adopts none.
vi.mock("../../../src/ui/styles", () => ({ adoptStyles: () => undefined }));

const text = (shown: string, raw = shown) => ({ raw, shown });

const sample = (id: string, more: Partial<Sample> = {}): Sample =>
  sampleOf(id, {
    texts: { prompt: text(HOSTILE), response: text("威仪b", "威仪b<PAD>"), ref_response: text("other") },
    scalars: { reward: 0.123456789, ref_reward: 0.5, reward_gap: -0.376543211 },
    response_tokens: ["威", "", "仪", "b"],
    raw_tokens: ["å¨", "ģ", "仪", "b"],
    token_metrics: [
      metric("log_ratio", { kind: "signed", unit: "nats" }),
      metric("values", { unit: "reward" }),
    ],
    missing: { values: [[3, 4]] },
    trimmed: [{ what: "pad token", count: 2, reason: "trailing" }],
    problems: [{ file: "rank0.jsonl", line: 17, offset: 0, kind: "length", reason: "values is short" }],
    neighbours: {
      previous: "a",
      next: "b",
      group: [id, "b"],
      group_rewards: [0.25, null],
      prompt: [{ step: 3, id: "c", reward: 0.75 }],
    },
    ...more,
  });

const ROWS = [0.5, -2.25, Number.NaN, 0, 1, 2, 3, Number.NaN];
let samples: Record<string, Sample>;
let place: HTMLElement;

beforeEach(async () => {
  stubLayout();
  samples = { s: sample("s"), b: sample("b") };
  vi.stubGlobal("fetch", async (question: string) => {
    const url = new URL(question, "http://x/");
    const found = samples[url.searchParams.get("id") ?? ""];
    if (found === undefined) return new Response("no sample of this id", { status: 404 });
    return withTokens(found, ROWS);
  });
  lockedScales.value = {};
  // Another revision: nothing of the test before is known any more.
  revision.value = nextRevision();
  select({ run: "demo", sample: "s", token: null, metric: "" });
  place = document.createElement("div");
  document.body.replaceChildren(place);
  await act(() => render(<SampleDrawer />, place));
  await settle();
});

afterEach(() => act(() => render(null, place)));

const spans = (): HTMLElement[] => [...place.querySelectorAll<HTMLElement>("[data-testid=token]")];
const hover = (i: number, at: MouseEventInit = {}) =>
  act(() => void spans()[i]?.dispatchEvent(new MouseEvent("mouseover", { bubbles: true, ...at })));

describe("the drawer", () => {
  it("is not there while no sample is open", async () => {
    await act(() => select({ sample: null }));
    expect(byTestId("drawer")).toBeNull();
  });

  it("shows texts as texts, problems, place and what was trimmed", () => {
    expect(place.querySelector("img")).toBeNull();
    expect(byTestId("prompt")?.textContent).toContain(HOSTILE);
    expect(byTestId("sample-problems")?.textContent).toContain("values is short");
    expect(byTestId("place")?.textContent).toContain("demo/rank0.jsonl:17");
    expect(byTestId("place")?.textContent).toContain("trailing");
    expect(byTestId("reference")?.textContent).toContain("other");
  });

  it("shows numbers short and gives them whole", () => {
    const reward = place.querySelector<HTMLElement>("[data-fact=reward] button");
    expect([reward?.textContent, reward?.title]).toEqual(["0.1235", expect.stringContaining("0.123456789")]);
  });

  it("puts short texts in a row and gives long ones a block", async () => {
    samples["b"] = sample("b", {
      texts: { response: text("威仪b"), note: text("line\n".repeat(9)), ground_truth: text("<b>42</b>") },
    });
    await act(() => select({ sample: "b" }));
    await settle();
    expect(byTestId("short-texts")?.textContent).toContain("<b>42</b>");
    expect(byTestId("short-texts")?.textContent).not.toContain("note");
    expect(place.querySelector("section[aria-label=note]")?.textContent).toContain("line");
  });

  it("links the group and the prompt at other steps with their rewards, and draws them", async () => {
    const buttons = [...place.querySelectorAll<HTMLElement>("[data-testid=links] .links button")];
    expect(buttons.map((button) => button.textContent)).toEqual(["0.25", "–", "3 0.75"]);
    expect(buttons[0]?.getAttribute("aria-pressed")).toBe("true");
    expect(byTestId("prompt-curve")?.getAttribute("aria-label")).toContain("over 2 steps, 0.1235 to 0.75");
    await act(() => buttons[2]?.click());
    expect(selection.value).toMatchObject({ sample: "c", step: 3 });
  });

  it("says what happened when the sample is gone", async () => {
    await act(() => select({ sample: "gone" }));
    await settle();
    expect(place.querySelector("[data-testid=error]")?.textContent).toContain("no sample of this id");
  });

  it("shows the plain response and the missing field where there are no tokens", async () => {
    samples["b"] = sample("b", { response_tokens: [], raw_tokens: [], token_metrics: [], missing: {} });
    await act(() => select({ sample: "b" }));
    await settle();
    expect(byTestId("plain-response")?.textContent).toContain("response_tokens");
    expect(byTestId("plain-response")?.textContent).toContain("威仪b");
    expect(byTestId("token-info")).toBeNull();
  });

  it("keeps its text when the same sample is loaded again", async () => {
    const before = spans()[0];
    await act(() => {
      revision.value = "later";
    });
    await settle();
    expect(spans()[0]).toBe(before);
  });
});

describe("tokens in the drawer", () => {
  it("walk with n round the extreme ones and show all numbers of a joined character", async () => {
    await press("n");
    expect(document.activeElement?.textContent).toBe("威");
    const info = byTestId("token-info");
    expect(info?.querySelector("[data-metric=log_ratio] dd")?.textContent).toBe("0.5 · -2.25");
    expect(info?.textContent).toContain("å¨ ģ");
    await press("n");
    expect(document.activeElement?.textContent).toBe("仪");
    expect(info?.querySelector("[data-metric=log_ratio] dd")?.textContent).toBe("NaN");
    await press("N");
    expect(document.activeElement?.textContent).toBe("威");
  });

  it("tell missing from NaN", async () => {
    await hover(2);
    expect(byTestId("token-info")?.querySelector("[data-metric=values] dd")?.textContent).toBe("missing");
    expect(spans()[1]?.className).toContain("nan");
  });

  it("pin by click, which is in the selection, and let go by another", async () => {
    await act(() => spans()[1]?.click());
    expect(selection.value.token).toBe(2);
    expect(spans().map((span) => "pin" in span.dataset)).toEqual([false, true, false]);
    await act(() => spans()[1]?.click());
    expect(selection.value.token).toBeNull();
  });

  it("walk with arrow keys, which do not reach the step keys", async () => {
    const root = place.querySelector(".token-text") as HTMLElement;
    const outside = vi.fn();
    document.body.addEventListener("keydown", outside);
    const arrow = (key: string) =>
      act(() => void root.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));
    await arrow("ArrowRight");
    expect(document.activeElement?.textContent).toBe("威");
    await arrow("ArrowRight");
    expect(document.activeElement?.textContent).toBe("仪");
    await arrow("End");
    expect(document.activeElement?.textContent).toBe("b");
    expect(outside).not.toHaveBeenCalled();
    document.body.removeEventListener("keydown", outside);
  });

  it("change their metric with m and by the list, where absent ones name their fields", async () => {
    const list = byTestId("token-metric") as HTMLSelectElement;
    expect(list.value).toBe("log_ratio");
    await press("m");
    expect(selection.value.metric).toBe("values");
    expect(list.value).toBe("values");
    const absent = [...list.options].find((option) => option.value === "entropies");
    expect([absent?.disabled, absent?.textContent]).toEqual([true, expect.stringContaining("entropies")]);
  });

  it("leave one line below the text until one is chosen", async () => {
    const brief = () => byTestId("token-info")?.classList.contains("brief");
    expect(brief()).toBe(true);
    await hover(2, { screenX: 7, clientX: 7 });
    // The pointer alone moves nothing, but the numbers are there.
    expect(brief()).toBe(true);
    expect(byTestId("token-info")?.querySelector("[data-metric=log_ratio] dd")?.textContent).toBe("0");
    await press("n");
    expect(brief()).toBe(false);
  });

  it("open one panel at a time, and no critic where the log has no values", async () => {
    const open = (): string[] =>
      [...place.querySelectorAll(".dock [aria-expanded=true]")].map((button) => button.textContent ?? "");
    const toggle = (name: string) => act(() => byTestId(`${name}-toggle`)?.click());
    expect(open()).toEqual([]);
    await toggle("matrix");
    expect(open()).toEqual(["▾ Every number of every token"]);
    await toggle("chart-values");
    expect(open()).toEqual([expect.stringContaining("Critic against what came")]);
    await toggle("chart-values");
    expect(open()).toEqual([]);
    samples["b"] = sample("b", { token_metrics: [metric("log_ratio"), metric("logprobs")], missing: {} });
    await act(() => select({ sample: "b" }));
    await settle();
    expect(byTestId("matrix-toggle")).not.toBeNull();
    expect(byTestId("chart-values-toggle")).toBeNull();
  });

  it("say why they have no colours where the metric is the same at all of them", async () => {
    ROWS.fill(0.5, 0, 4);
    await act(() => select({ sample: "b" }));
    await settle();
    expect(byTestId("same-everywhere")?.textContent).toContain("0.5 at every token");
    expect(new Set(spans().map((span) => span.className))).toHaveProperty("size", 1);
    ROWS.splice(0, 4, 0.5, -2.25, Number.NaN, 0);
  });

  it("hold a locked scale in the next sample", async () => {
    await act(() => (byTestId("scale-lock") as HTMLElement).click());
    const ends = byTestId("legend")?.textContent;
    ROWS[1] = -100;
    await act(() => select({ sample: "b" }));
    await settle();
    expect(byTestId("drawer")?.dataset["id"]).toBe("b");
    expect(byTestId("legend")?.textContent).toContain(ends?.slice(0, 4));
    expect(spans()[0]?.className).toContain("beyond");
    ROWS[1] = -2.25;
  });

  it("tell by number what turns the text around, in the raw token as well", async () => {
    samples["b"] = sample("b", { raw_tokens: ["å¨", "ģ", "仪", "\u202eb\u0000"] });
    await act(() => select({ sample: "b" }));
    await settle();
    await act(() => void spans()[2]?.click());
    expect(byTestId("token-info")?.querySelector(".token-info-raw")?.textContent).toBe("U+202Eb␀");
  });
});
