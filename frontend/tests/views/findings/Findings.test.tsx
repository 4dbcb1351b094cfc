// @vitest-environment jsdom

/** The list of findings: what it says of each, where keys and clicks lead, and what is tried of thresholds. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../../../src/api/errors";
import { findings, findingsError } from "../../../src/data/findings/findings";
import { listOrder } from "../../../src/data/sampleWalk";
import { steps } from "../../../src/data/steps";
import { setLanguage } from "../../../src/i18n";
import { dispatchKey } from "../../../src/state/keys";
import { DEFAULTS, select, selection } from "../../../src/state/selection";
import { Findings } from "../../../src/views/findings/Findings";
import { byTestId, press, settle, stubLayout, violations } from "../../page";
import { answered, SPIKE } from "./answer";

// The charts' library asks for the screen's density as soon as it is imported; jsdom has no screen.
vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});

let root: HTMLElement;

const all = (name: string): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(`[data-testid=${name}]`)];

async function show(): Promise<void> {
  await act(() => render(<Findings />, root));
  await settle();
}

async function click(element: HTMLElement | null | undefined): Promise<void> {
  await act(() => element?.click());
  await settle();
}

beforeEach(() => {
  stubLayout();
  root = document.body.appendChild(document.createElement("main"));
  select({ ...DEFAULTS, view: "findings", run: "demo", step: 20 });
  steps.value = { step: Array.from({ length: 20 }, (_, i) => i + 1), metrics: {}, step_metrics: {} };
  findings.value = answered();
  vi.stubGlobal("fetch", async () => new Response("no such sample", { status: 404 }));
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  findings.value = null;
  steps.value = null;
  findingsError.value = null;
  setLanguage("en");
  vi.unstubAllGlobals();
});

test("each is one line: severity in a word, number against threshold, steps; texts stay text", async () => {
  await show();
  expect(all("finding-head").map((head) => head.textContent)).toEqual([
    "◆ errorKL spike0.91 > 0.5 natssteps 12 – 13",
    "▲ warningGroups <b>without</b> a gradient0.2 < 0.5since step 15",
  ]);
  expect(await violations()).toEqual([]);
});

test("the worst is open by itself, and Enter opens what shows it most, which is there already", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(address);
    return new Response("no such sample", { status: 404 });
  });
  await act(() => render(<Findings />, root));
  expect(all("finding-summary").map((summary) => summary.textContent)).toEqual([SPIKE.summary]);
  expect(selection.value.finding).toBe("");
  await act(() => void vi.advanceTimersByTime(1000));
  vi.useRealTimers();
  await settle();
  expect(asked.some((address) => /sample_with_tokens\?.*id=a/.test(address))).toBe(true);
  root.tabIndex = -1;
  root.focus();
  await press("Enter");
  expect(selection.value).toMatchObject({ finding: "kl_spike:k3_mean", sample: "a", token: 7, step: 12 });
});

test("a click opens one: what it means, what to look at, where the threshold is from, its symptoms folded", async () => {
  await act(() => select({ finding: "none" }));
  await show();
  expect(all("finding-summary")).toEqual([]);
  expect(byTestId("finding-gone")).toBeNull();
  await click(all("finding-head")[0]);
  expect(selection.value.finding).toBe("kl_spike:k3_mean");
  const text = all("finding")[0]?.textContent ?? "";
  for (const words of [SPIKE.summary, SPIKE.meaning, SPIKE.next, "rlwatch", "1 symptom of the same cause"])
    expect(text).toContain(words);
  expect(byTestId<HTMLDetailsElement>("finding-symptoms")?.open).toBe(false);
  expect(await violations()).toEqual([]);
  await click(all("finding-head")[0]);
  expect(selection.value.finding).toBe("none");
  expect(all("finding-summary")).toEqual([]);
});

test("Enter opens the strongest sample at its token and step, in the colours and the order that show it", async () => {
  await show();
  await press("j");
  expect(document.activeElement).toBe(all("finding-head")[0]);
  await enter();
  expect(selection.value).toMatchObject({
    view: "findings",
    finding: "kl_spike:k3_mean",
    sample: "a",
    token: 7,
    step: 12,
    metric: "k3",
    about: "k3_mean",
    about_order: "desc",
  });
});

/** Presses Enter where the focus is; the page's own keys listen. */
async function enter(): Promise<void> {
  document.addEventListener("keydown", dispatchKey, { once: true });
  await act(() => {
    document.activeElement?.dispatchEvent(
      new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }),
    );
  });
  document.removeEventListener("keydown", dispatchKey);
  await settle();
}

test("with a sample open, j and k walk the samples that show it, each at its own step", async () => {
  await act(() => select({ finding: "kl_spike:k3_mean" }));
  await show();
  expect(listOrder.value).toEqual({ ids: ["a", "b"], total: 2 });
  await click(all("evidence")[0]);
  expect(selection.value).toMatchObject({ sample: "a", token: 7, step: 12 });
  await press("j");
  expect(selection.value).toMatchObject({ sample: "b", token: null, step: 13 });
  await press("k");
  expect(selection.value).toMatchObject({ sample: "a", token: 7, step: 12 });
});

test("all its samples are listed by its order, filter and steps", async () => {
  await act(() => select({ finding: "kl_spike:k3_mean" }));
  await show();
  await click(byTestId("finding-list"));
  expect(selection.value).toMatchObject({
    view: "samples",
    sample: null,
    where: "k3_max > 5",
    step_min: 12,
    step_max: 13,
    about: "k3_mean",
  });
});

test("each sample shows the number that orders them, and the heading names it", async () => {
  await act(() => select({ finding: "kl_spike:k3_mean" }));
  await show();
  expect(all("evidence").map((sample) => sample.querySelector("b")?.textContent)).toEqual(["0.91", "0.4"]);
  expect(all("evidence")[0]?.closest("section")?.querySelector("h3")?.textContent).toMatch(
    /^Samples .+: .*k3/i,
  );
});

test("the samples of a symptom are listed by its own order and steps", async () => {
  await act(() => select({ finding: "kl_spike:k3_mean" }));
  await show();
  await click(byTestId("finding-symptoms")?.querySelector("[data-testid='finding-list']") ?? undefined);
  expect(selection.value).toMatchObject({
    view: "samples",
    step_min: 13,
    step_max: 20,
    about: "entropies_mean",
    about_order: "asc",
    metric: "entropies",
  });
});

test("a link to a finding that is no longer there says so, and what was there before is listed", async () => {
  await act(() => select({ finding: "truncation:truncation_share" }));
  await show();
  expect(byTestId("finding-gone")?.textContent).toContain("no longer there");
  expect(byTestId("findings-gone")?.textContent).toContain("Cut steps 3 – 4 not seen since step 6");
  expect(byTestId("findings-not-checked")?.textContent).toContain(
    "A critic that explains nothing: needs values",
  );
});

test("nothing found is said with what was looked for in how much", async () => {
  findings.value = answered({ findings: [] });
  await show();
  expect(byTestId("findings-healthy")?.textContent).toContain(
    "3 checks on 12,800 samples of 20 steps found nothing",
  );
  expect(await violations()).toEqual([]);
  await act(() => {
    findings.value = answered({ findings: [], checked: [] });
  });
  expect(byTestId("findings-healthy")?.textContent).toContain("Nothing could be checked");
});

test("before the answer it waits, and a failure says what happened", async () => {
  findings.value = null;
  await show();
  expect(root.textContent).toContain("Looking for what is wrong");
  await act(() => {
    findingsError.value = new ApiError(400, "There is no threshold of this name.", "findings");
  });
  expect(byTestId("error")?.textContent).toContain("There is no threshold of this name.");
  expect(root.textContent).not.toContain("Looking for what is wrong");
});

test("a threshold is tried by the address, taken back, and said as rlboard.toml keeps it", async () => {
  await show();
  const field = byTestId<HTMLInputElement>("threshold-kl_spike_error");
  await act(() => {
    if (field !== null) field.value = "0.7";
    field?.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await act(() => {
    field?.dispatchEvent(new Event("blur"));
  });
  await settle();
  expect(selection.value.thresholds).toBe("kl_spike_error:0.7");
  expect(byTestId("thresholds")?.textContent).toContain("[findings]\nkl_spike_error = 0.7\n");
  await click(byTestId("thresholds-reset"));
  expect(selection.value.thresholds).toBe("");
});

test("in Chinese its frame is Chinese", async () => {
  setLanguage("zh");
  await show();
  expect(all("finding-head")[0]?.textContent).toContain("错误");
  expect(all("finding-head")[0]?.textContent).toContain("第 12 – 13 步");
});
