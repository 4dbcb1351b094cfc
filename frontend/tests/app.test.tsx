// @vitest-environment jsdom

/** The whole page against recorded answers: its states, and what axe finds in them. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { RunInfo, Samples, Steps, Summary } from "../src/api/answers";
import { App } from "../src/app";
import { revision } from "../src/data/revision";
import { runs, runsError } from "../src/data/runs";
import { steps, stepsError } from "../src/data/steps";
import { setLanguage } from "../src/i18n";
import { dispatchKey } from "../src/state/keys";
import { DEFAULTS, select, selection } from "../src/state/selection";
import { HOSTILE, metric, runInfo } from "./fixtures";
import { byTestId, nextRevision, press, readWholePage, runsAnswer, settle, violations } from "./page";

// The charts' library asks for the screen's density as soon as it is imported; jsdom has no screen.
vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});

const info = runInfo({
  run: "ppo",
  samples: 2,
  steps: { count: 2, first: 1, last: 2 },
  splits: ["train", "eval"],
  attempts: [{ attempt: 1, first: 1, last: 2 }],
  metrics: [metric("reward"), metric("n_tokens", { kind: "count", unit: "tokens" })],
  text_columns: ["ground_truth"],
  problems: 2,
});

const statistic = [1, 2];
const summary = Object.fromEntries(
  [
    "count",
    "nonfinite",
    "sum",
    "mean",
    "std",
    "min",
    "p01",
    "p05",
    "p25",
    "p50",
    "p75",
    "p95",
    "p99",
    "max",
  ].map((name) => [name, statistic]),
) as Summary;
const loaded: Steps = { step: [1, 2], metrics: { reward: summary, n_tokens: summary }, step_metrics: {} };
const found = runsAnswer(info);
const listed: Samples = {
  total: 2,
  columns: {
    id: ["a", "b"],
    step: [2, 2],
    prompt: ["Why?", HOSTILE],
    response: [HOSTILE, "春江潮水"],
    reward: ["NaN" as unknown as number, 0.5],
    ground_truth: [null, "42"],
    n_tokens: [3, 4],
  },
};

let root: HTMLElement;

async function show(): Promise<void> {
  await act(() => render(<App />, root));
  await settle();
}

beforeAll(readWholePage);
beforeEach(() => {
  document.title = "RL Board";
  document.documentElement.lang = "en";
  window.history.replaceState(null, "", "/#rlboard");
  root = document.body.appendChild(document.createElement("div"));
  select({ ...DEFAULTS, view: "samples", run: "ppo", step: 2 });
  revision.value = nextRevision();
  const answers: Record<string, unknown> = {
    steps: loaded,
    samples: listed,
    problems: {
      total: 1,
      kinds: [{ kind: "bad_json", count: 1 }],
      columns: {
        ...{ file: ["a.jsonl"], line: [7], offset: [90], kind: ["bad_json"], reason: ["cut off"] },
        ...{ step: [null], id: [null] },
      },
    },
  };
  vi.stubGlobal("fetch", async (question: string) => {
    const answer = answers[question.split("?")[0] ?? ""];
    return answer === undefined ? new Response("no such route", { status: 404 }) : Response.json(answer);
  });
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  runs.value = null;
  runsError.value = null;
  steps.value = null;
  stepsError.value = null;
  setLanguage("en");
});

test("before the first answer it says that it looks", async () => {
  await show();
  expect(byTestId("loading")?.textContent).toContain("Looking for rollout files");
  expect(await violations()).toEqual([]);
});

test("with nothing found it says where it looked, what it passed over and why, and what would fill it", async () => {
  runs.value = { ...found, runs: [], ignored: [{ file: "x.jsonl", reason: "no response in its rows" }] };
  await show();
  const words = byTestId("empty")?.textContent ?? "";
  for (const part of [
    "/logs",
    "x.jsonl: no response in its rows",
    "RolloutWriter(",
    "--logdir",
    "verl",
    "rlboard doctor PATH",
  ]) {
    expect(words).toContain(part);
  }
  expect(await violations()).toEqual([]);
});

test("a run that is being read shows bytes, rate and time left", async () => {
  const reading: RunInfo = {
    ...info,
    state: "indexing",
    samples: 0,
    bytes: 4e6,
    indexed_bytes: 1e6,
    bytes_per_second: 1e6,
  };
  runs.value = { ...found, runs: [reading] };
  await show();
  expect(byTestId("loading")?.textContent).toContain("1.00 MB of 4.00 MB, 1.00 MB/s, 3 s left");
  expect(root.querySelector("progress")?.value).toBe(0.25);
});

test("a run without samples leads to its problems", async () => {
  runs.value = { ...found, runs: [{ ...info, samples: 0, message: "no line could be read" }] };
  await show();
  expect(byTestId("empty")?.textContent).toContain("no line could be read");
  expect(await violations()).toEqual([]);
});

test("a link to a run that is not there offers those that are", async () => {
  runs.value = found;
  select({ run: "gone" });
  await show();
  const box = byTestId("unknown-run");
  expect(box?.textContent).toContain("gone");
  box?.querySelector<HTMLElement>("button")?.click();
  expect(selection.value.run).toBe("ppo");
});

test("the table: hostile texts are texts, what is no number is a word, what is missing a dash", async () => {
  runs.value = found;
  steps.value = loaded;
  await show();
  const rows = [...root.querySelectorAll<HTMLElement>("[data-testid=sample-row]")];
  expect(rows.map((row) => row.dataset["id"])).toEqual(["a", "b"]);
  expect(root.querySelectorAll("img")).toHaveLength(0);
  expect(rows[0]?.textContent).toContain("<img");
  expect(rows[0]?.querySelector(".odd")?.textContent).toBe("NaN");
  expect(rows[0]?.querySelector("[title='not logged']")?.textContent).toBe("–");
  expect(byTestId("summary")?.textContent).toContain("2 samples");
  expect(await violations()).toEqual([]);
});

test("the keys walk samples and steps; with a sample open its place in the list stays", async () => {
  document.addEventListener("keydown", dispatchKey);
  vi.stubGlobal("fetch", async (question: string) => {
    if (question.startsWith("steps")) return Response.json(loaded);
    if (!question.startsWith("samples")) return new Response("not here", { status: 404 });
    const step = new URLSearchParams(question.split("?")[1]).get("step");
    return Response.json({
      total: 2,
      columns: { id: [`${step}a`, `${step}b`], step: [step, step].map(Number) },
    });
  });
  runs.value = found;
  steps.value = loaded;
  await show();
  await press("Enter");
  expect(selection.value.sample).toBeNull();
  await press("j");
  await press("j");
  await press("Enter");
  expect(selection.value.sample).toBe("2b");
  await press("k");
  expect(selection.value.sample).toBe("2a");
  await press("j");
  await press("ArrowLeft");
  // The list of the step is asked for once the reader stays at it.
  await vi.waitFor(() => expect(selection.value).toMatchObject({ step: 1, sample: "1b" }));
  await press("Escape");
  expect(selection.value).toMatchObject({ view: "samples", sample: null });
  await press("Escape");
  expect(selection.value.view).toBe("overview");
  document.removeEventListener("keydown", dispatchKey);
});

test.each([
  ["groups", { group_diff: "a,b" }, [{ group_diff: "" }]],
  ["prompts", { prompt: "0acd396688986d6e" }, [{ prompt: null }]],
  ["runs", { run_b: "b", pair: "k" }, [{ run_b: "b", pair: "" }, { run_b: "" }]],
] as const)("Esc closes what is open in %s before it leaves it", async (view, open, levels) => {
  document.addEventListener("keydown", dispatchKey);
  select({ view, ...open });
  await show();
  for (const level of levels) {
    await press("Escape");
    expect(selection.value).toMatchObject({ view, ...level });
  }
  await press("Escape");
  expect(selection.value.view).toBe("overview");
  document.removeEventListener("keydown", dispatchKey);
});

test("a link to a sample of another step than the list's is left alone", async () => {
  runs.value = found;
  steps.value = loaded;
  select({ sample: "elsewhere" });
  await show();
  expect(selection.value.sample).toBe("elsewhere");
});

test("in Chinese everything is said, and axe is content as well", async () => {
  setLanguage("zh");
  runs.value = found;
  steps.value = loaded;
  await show();
  expect(byTestId("summary")?.textContent).toContain("2 个样本");
  expect(root.textContent).not.toMatch(/\b(shell|samples|metric)\.\w/);
  expect(await violations()).toEqual([]);
});

test("a refused question shows the server's sentence beside the table", async () => {
  runs.value = found;
  steps.value = loaded;
  vi.stubGlobal("fetch", async () => new Response("search: nothing to repeat at 0", { status: 400 }));
  select({ search: "*", regex: true });
  await show();
  expect(byTestId("error")?.textContent).toContain("search: nothing to repeat at 0");
});
