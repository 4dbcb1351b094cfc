// @vitest-environment jsdom

/** The list of the worst tokens: what it asks, and where a click leads. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { revision } from "../../../src/data/revision";
import { runs } from "../../../src/data/runs";
import { setLanguage } from "../../../src/i18n";
import { DEFAULTS, select, selection } from "../../../src/state/selection";
import { Tokens } from "../../../src/views/tokens/Tokens";
import { metric, runInfo } from "../../fixtures";
import { nextRevision, runsAnswer, settle, violations } from "../../page";

const LOGPROBS = metric("logprobs", { kind: "log_probability", unit: "nats" });
const K3 = metric("k3", { kind: "magnitude", unit: "nats" });
const info = runInfo({ token_metrics: [LOGPROBS, K3], steps: { count: 2, first: 1, last: 2 } });

const common = {
  metric: K3,
  end: "highest",
  samples: 1234,
  samples_read: 200,
  complete: true,
};
const SINGLE = {
  ...common,
  by: "sample",
  columns: {
    id: ["a", "b"],
    step: [1, 2],
    position: [4, 0],
    token: ["威", "\n"],
    before: ["the <b>good</b> ", ""],
    after: [" end", ""],
    prompt: ["Rhyme on\n<i>moon</i>.", ""],
    reward: [0.75, null],
    value: [9.5, 3.25],
  },
};
const GATHERED = {
  ...common,
  by: "token",
  complete: false,
  columns: {
    token: [" NaN"],
    count: [7],
    mean: [1.5],
    sum: [10.5],
    id: ["c"],
    step: [2],
    at: [3],
    value: [4.5],
  },
};

let root: HTMLElement;
let asked: URL[] = [];
let answer: unknown;
let status = 200;

const all = (name: string): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(`[data-testid=${name}]`)];
const last = (): Record<string, string> => Object.fromEntries(asked.at(-1)?.searchParams ?? []);

async function show(): Promise<void> {
  await act(() => render(<Tokens />, root));
  await settle();
}

beforeEach(() => {
  asked = [];
  answer = SINGLE;
  status = 200;
  revision.value = nextRevision();
  root = document.body.appendChild(document.createElement("main"));
  select({ ...DEFAULTS, view: "tokens", run: "demo", step: 2 });
  runs.value = runsAnswer(info);
  vi.stubGlobal("fetch", async (question: string) => {
    asked.push(new URL(question, "http://host/"));
    return status === 200 ? Response.json(answer) : new Response("No such metric.", { status });
  });
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  runs.value = null;
  setLanguage("en");
  vi.unstubAllGlobals();
});

test("of all steps, the whole run is asked about, one token of each sample, by the metric most often looked for", async () => {
  await act(() => select({ all_steps: true }));
  await show();
  expect(asked[0]?.pathname).toBe("/worst_tokens");
  expect(last()).toMatchObject({ run: "demo", metric: "k3", by: "sample", per_sample: "1" });
  expect(last()).not.toHaveProperty("step");
  expect(all("worst-row").map((row) => row.textContent)).toEqual([
    "9.5410.75the <b>good</b> 威 endRhyme on ↵ <i>moon</i>.",
    "3.2502–↵",
  ]);
  expect(all("worst-summary")[0]?.textContent).toContain("1,234 samples");
  expect(await violations()).toEqual([]);
});

test("a click opens the sample at the token, at its step, coloured by the metric", async () => {
  await show();
  await act(() => all("worst-open")[0]?.click());
  expect(selection.value).toMatchObject({ view: "samples", sample: "a", token: 4, step: 1, metric: "k3" });
});

test("the selection narrows it: the step, a filter, a range, another end", async () => {
  await act(() => select({ where: "reward < 0", end: "lowest", metric: "logprobs" }));
  await show();
  expect(last()).toMatchObject({ where: "reward < 0", step: "2", end: "lowest", metric: "logprobs" });
  await act(() => select({ step_min: 1, step_max: 2 }));
  await settle();
  expect(last()).toMatchObject({ step_min: "1", step_max: "2" });
});

test("gathered by token it says of how many samples, and that lines were left out", async () => {
  answer = GATHERED;
  await act(() => select({ by: "token" }));
  await show();
  expect(last()).toMatchObject({ by: "token" });
  expect(all("worst-row")[0]?.textContent).toBe(" NaN71.510.54.52");
  expect(all("worst-summary")[0]?.textContent).toContain("200 worst of 1,234 samples");
  expect(all("worst-summary")[0]?.textContent).toContain("shorter than it could be");
  await act(() => all("worst-open")[0]?.click());
  expect(selection.value).toMatchObject({ sample: "c", token: 3, step: 2 });
});

test("failures, empty lists and runs without token numbers say what to do", async () => {
  status = 400;
  await show();
  expect(root.querySelector("[data-testid=error]")?.textContent).toContain("No such metric.");
  status = 200;
  answer = { ...SINGLE, columns: Object.fromEntries(Object.keys(SINGLE.columns).map((name) => [name, []])) };
  await act(() => {
    revision.value = nextRevision();
  });
  await settle();
  expect(root.querySelector("[data-testid=empty]")?.textContent).toContain(
    "Look at all steps, or choose another metric",
  );
  await act(() => {
    runs.value = runsAnswer({ ...info, token_metrics: [] });
  });
  await settle();
  expect(root.textContent).toContain("logs no numbers for its tokens");
  expect(root.textContent).not.toContain("not usable");
  await act(() => {
    const unusable = { logprobs: "logprobs is no list of numbers but tensor([1]). Log values.tolist()." };
    runs.value = runsAnswer({ ...info, token_metrics: [], unusable });
  });
  await settle();
  expect(root.textContent).toContain(
    "Logged, but not usable: logprobs is no list of numbers but tensor([1]).",
  );
});
