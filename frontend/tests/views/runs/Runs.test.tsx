// @vitest-environment jsdom

/** All runs by their numbers, and two of them beside each other: what is asked, what is said, where clicks and keys lead. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { revision } from "../../../src/data/revision";
import { runs } from "../../../src/data/runs";
import { setLanguage } from "../../../src/i18n";
import { DEFAULTS, select, selection } from "../../../src/state/selection";
import { Runs } from "../../../src/views/runs/Runs";
import { HOSTILE, metric, runInfo } from "../../fixtures";
import { byTestId, nextRevision, press, runsAnswer, settle, stubLayout, violations } from "../../page";

// The charts' library asks for the screen's density as soon as it is imported; jsdom has no screen.
vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});

const REWARD = { last: 0.5, highest: 0.75, highest_step: 4, lowest: 0, area: 0.4 };
const row = (run: string, error: number) => ({
  ...{ run, state: "ready", samples: 8, steps: 2, last_step: 10, problems: 0, changed_at: 1e9 },
  findings: { error, warning: 0, info: 0 },
  metrics: { reward: REWARD },
});
const side = (run: string, more: object = {}) => ({
  ...{
    run,
    split: "train",
    samples: 40,
    prompts: 6,
    only_here: 1,
    without_prompt: 0,
    nonfinite: 0,
    mean: 0.5,
  },
  ...more,
});
const COMPARED = {
  metric: "reward",
  a: side("demo"),
  b: side("other", { nonfinite: 2, without_prompt: 3 }),
  ...{ shared: 5, compared: 4, wins: 2, ties: 1, losses: 1, confidence: 0.95, resamples: 2000, seed: 0 },
  win_rate: { value: 0.625, low: 0.25, high: 1, method: "bootstrap" },
  mean_difference: { value: 0.25, low: -0.5, high: 1, method: "bootstrap" },
  differences: { edges: [-1, 0, 1], counts: [1, 2] },
  prompts: {
    ...{
      identity: ["i0", "i1"],
      prompt_key: ["k0", "k1"],
      prompt: [HOSTILE, null],
      a: [1, 0],
      b: [0, 1],
      difference: [1, -1],
    },
    ...{ a_count: [2, 1], b_count: [1, 1], a_ids: [["a0", "a1"], ["a2"]], b_ids: [["b0"], ["b1"]] },
    ...{ a_values: [[1, 1], [0]], b_values: [[0], [1]], a_steps: [[10, 9], [8]], b_steps: [[7], [7]] },
  },
};

const text = (run: string, id: string, units: string[]) => ({
  ...{ run, id, step: 1, text: "response", units, left_out: 0, values: null },
});
const DIFF = {
  ...{ unit: "word", metric: null, in_one_piece: true },
  left: text("demo", "a0", ["same ", "old"]),
  right: text("other", "b0", ["same ", "new"]),
  opcodes: {
    ...{ kind: ["equal", "delete", "insert"], left: [0, 1, 2], left_end: [1, 2, 2] },
    ...{ right: [0, 1, 1], right_end: [1, 1, 2], move: [null, null, null] },
  },
};

let root: HTMLElement;
let asked: URL[] = [];
let compared: unknown;

const demo = runInfo({
  metrics: [metric("reward")],
  config: { learning_rate: 1e-6, beta: 0.1, engine: "vllm" },
});
const other = runInfo({ ...demo, run: "other", config: { learning_rate: 2e-6, beta: 0.1 } });
const last = (path: string): Record<string, string> => {
  const url = asked.findLast(({ pathname }) => pathname.endsWith(path));
  return Object.fromEntries(url?.searchParams ?? []);
};

async function show(): Promise<void> {
  await act(() => render(<Runs />, root));
  await settle();
}

async function click(element: Element | null | undefined): Promise<void> {
  await act(() => (element as HTMLElement | null)?.click());
  await settle();
}

beforeEach(() => {
  stubLayout();
  root = document.body.appendChild(document.createElement("main"));
  asked = [];
  compared = COMPARED;
  runs.value = runsAnswer(demo, other);
  revision.value = nextRevision();
  select({ ...DEFAULTS, view: "runs", run: "demo", step: 10 });
  vi.stubGlobal("fetch", async (input: string) => {
    const url = new URL(input, "http://localhost/");
    asked.push(url);
    const answers: Record<string, unknown> = {
      "/run_table": { total: 2, runs: [row("demo", 0), row("other", 1)] },
      "/compare": compared,
      "/diff": DIFF,
    };
    return new Response(JSON.stringify(answers[url.pathname]));
  });
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  runs.value = null;
  setLanguage("en");
  vi.unstubAllGlobals();
});

test("the sickest run is first, and without a second one nothing is compared", async () => {
  await show();
  const rows = [...root.querySelectorAll("[data-testid=runs-row]")];
  expect(rows.map((element) => element.getAttribute("data-id"))).toEqual(["other", "demo"]);
  expect(byTestId("runs-empty")?.textContent).toContain("Nothing is compared yet");
  expect(asked.map(({ pathname }) => pathname)).toEqual(["/run_table"]);
  expect(await violations()).toEqual([]);
});

test("a run that is examined after the table came moves to its place", async () => {
  await show();
  await act(() => {
    runs.value = runsAnswer({ ...demo, findings: { error: 5, warning: 0, info: 0 } }, other);
  });
  const rows = [...root.querySelectorAll("[data-testid=runs-row]")];
  expect(rows.map((element) => element.getAttribute("data-id"))).toEqual(["demo", "other"]);
});

test("a row compares the run of the page with it; the numbers come with what they are of", async () => {
  await show();
  await click(root.querySelector('[data-testid=runs-row][data-id="other"]'));
  expect(selection.value.run_b).toBe("other");
  expect(last("/compare")).toMatchObject({
    run: "demo",
    against_run: "other",
    metric: "reward",
    limit: "20",
  });
  const said = byTestId("verdict")?.textContent ?? "";
  expect(said).toContain("Neither is surely ahead: win rate of A 62.5 % (25 % to 100 %)");
  expect(said).toContain("+0.25 (-0.5 to +1)");
  expect(said).toContain("A is higher on 2 prompts, equal on 1, B on 1.");
  expect(said).toContain("5 prompts are shared, 1 is of A only, 1 of B only.");
  expect(said).toContain("1 of the shared prompts has no value on one side.");
  expect(said).toContain("3 samples of B have no prompt. 2 values of B are not finite");
  expect(said).toContain("paired bootstrap over prompts, 2,000 resamples, seed 0");
  expect(byTestId("few-prompts")).not.toBeNull();
  const settings = [...(byTestId("other-settings")?.querySelectorAll("tbody tr") ?? [])];
  expect(settings.map(({ textContent }) => textContent)).toEqual(["learning_rate1e-62e-6"]);
  // What only one of them names is not a difference of two values.
  expect(byTestId("settings-only-in")?.textContent).toBe("1 only in Aenginevllm");
  expect(root.querySelector("img")).toBeNull();
  expect(await violations()).toEqual([]);
});

test("a side without the reward is named where another metric is compared", async () => {
  const [reward, length] = [metric("reward"), metric("n_chars")];
  const [a, b] = [
    { ...demo, metrics: [reward, length] },
    { ...other, metrics: [length] },
  ];
  runs.value = runsAnswer(a, b);
  select({ run_b: "other" });
  await show();
  expect(last("/compare")["metric"]).toBe("n_chars");
  expect(byTestId("compare-missing")?.textContent).toBe("No reward in B.");
});

test("a run whose samples are gone is said to have none", async () => {
  runs.value = runsAnswer(demo, { ...other, samples: 0, metrics: [] });
  select({ run_b: "other" });
  await show();
  expect(byTestId("runs-no-samples")?.textContent).toContain("There are no samples in other");
});

test("keys walk the prompts of a comparison", async () => {
  select({ run_b: "other" });
  await show();
  const prompts = [...root.querySelectorAll(".changed-open")];
  await press("l");
  await press("l");
  expect(document.activeElement).toBe(prompts[1]);
  await press("h");
  expect(document.activeElement).toBe(prompts[0]);
  await click(prompts[0]);
  byTestId("pair-open-a")?.focus();
  await act(() => select({ pair: "" }));
  expect(document.activeElement).toBe(root.querySelector(".changed-open"));
});

test("steps of both sides are asked for; the same on both is said instead", async () => {
  select({ run_b: "demo" });
  await show();
  expect(byTestId("runs-itself")).not.toBeNull();
  expect(last("/compare")).toEqual({});
  await click(byTestId("compare-ends"));
  expect(last("/compare")).toMatchObject({ against_run: "demo", step_min: "9", against_step_max: "1" });
  await press("x");
  expect(last("/compare")).toMatchObject({ step_max: "1", against_step_min: "9" });
});

test.each([
  [5, 0, "Neither is surely ahead"],
  [6, 0, "A is ahead"],
  [0, 6, "B is ahead"],
  [0, 5, "Neither is surely ahead"],
])("%i prompts for A and %i for B, and no tie broken otherwise: %s", async (wins, losses, said) => {
  const value = wins / (wins + losses);
  const win_rate = { value, low: value, high: value, method: "bootstrap" };
  compared = { ...COMPARED, wins, losses, ties: 0, compared: wins + losses, win_rate };
  select({ run_b: "other" });
  await show();
  expect(byTestId("verdict")?.textContent).toContain(said);
});

test("a prompt opens a response of each side, and each leads to its tokens", async () => {
  select({ run_b: "other" });
  await show();
  await click(root.querySelector(".changed-open"));
  expect(selection.value.pair).toBe("k0");
  const both = () => asked.filter(({ pathname }) => pathname === "/diff").map(({ search }) => search);
  expect(both()).toEqual(["?run=other&id=b0&against_run=demo&against_id=a0"]);
  expect(byTestId("diff")?.getAttribute("aria-label")).toBe(
    "Differences between A at step 10 and B at step 7",
  );
  await click(root.querySelector('.pair-side [aria-label="Next response"]'));
  expect(both().slice(1)).toEqual(["?run=other&id=b0&against_run=demo&against_id=a1"]);
  expect(await violations()).toEqual([]);
  await click(byTestId("pair-open-b"));
  expect(selection.value).toMatchObject({ view: "samples", run: "other", sample: "b0", step: 7 });
});

test("of a prompt with more responses than are named, those that can be walked are said", async () => {
  compared = { ...COMPARED, prompts: { ...COMPARED.prompts, a_count: [312, 1] } };
  select({ run_b: "other" });
  await show();
  await click(root.querySelector(".changed-open"));
  expect(root.querySelector(".pair-side")?.textContent).toContain("1 of the 2 nearest to its mean, of 312");
});

test("nothing in common says what to do", async () => {
  const b = side("other", { split: "eval", without_prompt: 40 });
  compared = { ...COMPARED, b, shared: 0, compared: 0, win_rate: null, mean_difference: null };
  select({ run_b: "other" });
  await show();
  const said = byTestId("nothing-shared")?.textContent;
  expect(said).toContain("The two share no prompt");
  expect(said).toContain("40 samples of B have no prompt.");
  expect(said).toContain("A is of the split train, B of eval.");
  setLanguage("zh");
  await show();
  expect(byTestId("nothing-shared")?.textContent).toContain("两者没有共有的提示词");
});

test("one run alone is compared with itself", async () => {
  runs.value = runsAnswer(demo);
  await show();
  expect(byTestId("runs-empty")?.textContent).toContain("One run only");
  await click(byTestId("compare-ends"));
  expect(selection.value).toMatchObject({ run_b: "demo", a_min: 9, b_max: 1 });
});
