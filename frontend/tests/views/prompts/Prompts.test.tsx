// @vitest-environment jsdom

/** The lists of prompts and a prompt's page: what is asked, and where a click leads. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { revision } from "../../../src/data/revision";
import { runs } from "../../../src/data/runs";
import { setLanguage } from "../../../src/i18n";
import { DEFAULTS, select, selection } from "../../../src/state/selection";
import { Prompts } from "../../../src/views/prompts/Prompts";
import { nearPattern } from "../../../src/views/prompts/page/nearPrompts";
import { runInfo } from "../../fixtures";
import { nextRevision, press, runsAnswer, settle, stubLayout, violations } from "../../page";
import { DIFF, EMPTY, PASSES, PROMPT, PROMPTS } from "./answers";

// The charts' library asks for the screen's density as soon as it is imported; jsdom has no screen.
vi.hoisted(() => {
  const still = { matches: false, addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, { matchMedia: () => still });
});

const info = runInfo({ text_columns: ["prompt", "response", "data_source", "ground_truth"] });

let root: HTMLElement;
let asked: URL[] = [];
let answers: Record<string, unknown>;

const all = (name: string): HTMLElement[] => [...root.querySelectorAll<HTMLElement>(`[data-testid=${name}]`)];
const last = (route: string): Record<string, string> =>
  Object.fromEntries(asked.findLast(({ pathname }) => pathname === `/${route}`)?.searchParams ?? []);

async function show(): Promise<void> {
  await act(() => render(<Prompts />, root));
  await settle();
}

beforeEach(() => {
  asked = [];
  answers = { prompts: PROMPTS, prompt: PROMPT, pass_at_k: PASSES, diff: DIFF };
  stubLayout();
  revision.value = nextRevision();
  root = document.body.appendChild(document.createElement("main"));
  select({ ...DEFAULTS, view: "prompts", run: "demo", step: 2 });
  runs.value = runsAnswer(info);
  vi.stubGlobal("fetch", async (question: string) => {
    const url = new URL(question, "http://host/");
    asked.push(url);
    const found = answers[url.pathname.slice(1)];
    return found === undefined ? new Response("No such prompt.", { status: 404 }) : Response.json(found);
  });
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  runs.value = null;
  setLanguage("en");
  vi.unstubAllGlobals();
});

test("the whole training is asked about, and every prompt has its row, its list and its kind", async () => {
  await show();
  expect(last("prompts")).toMatchObject({ run: "demo", sort: "reward_change", order: "asc", limit: "50" });
  expect(last("prompts")).not.toHaveProperty("step");
  const rows = all("prompt-row").map((row) => row.textContent);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toContain("Write <b>one</b> ↵ line.");
  expect(rows[0]).toContain("Regressed · Never beats the reference");
  expect(rows[0]).toContain("poems");
  expect(root.querySelector("[data-testid=sort-k3_change]"), "no value anywhere").toBeNull();
  expect(all("prompt-kind").map((row) => row.textContent)).toEqual([
    "poems10 %100 %0 %0 %100 %100 % → 0 %",
    "sums1100 %0 %0 %0 %0 %0 % → 100 %",
  ]);
  expect(all("threshold-rule")[0]?.textContent).toBe("the higher of two rewards");
  expect(await violations()).toEqual([]);
});

test("while a run is being read, the list and a prompt's page say of how much of it they are", async () => {
  runs.value = runsAnswer({ ...info, state: "indexing", indexed_bytes: 250_000, bytes: 1_000_000 });
  await show();
  const said =
    "Numbers and lists below are not whole yet. demo is still being read: 250 kB of 1.00 MB (25 %) so far.";
  expect(all("still-reading").map((part) => part.textContent)).toEqual([said]);
  await act(() => all("prompt-open")[1]?.click());
  await settle();
  expect(all("still-reading").map((part) => part.textContent)).toEqual([said]);
  await act(() => {
    runs.value = runsAnswer({ ...info, state: "ready" });
  });
  await settle();
  expect(all("still-reading")).toEqual([]);
});

test("an answer that leaves rows out says so even where the run is read by now", async () => {
  answers = { ...answers, prompts: { ...PROMPTS, is_complete: false } };
  await show();
  expect(all("still-reading")[0]?.textContent?.trim()).toBe("Numbers and lists below are not whole yet.");
});

test("prompts without a kind and those of an empty one are told apart, and neither is chosen", async () => {
  const kinds = { ...PROMPTS.kinds, kind: [null, ""] };
  answers = { ...answers, prompts: { ...PROMPTS, kinds } };
  await show();
  const names = all("prompt-kind").map((row) => row.querySelector("th")?.textContent);
  expect(names).toEqual(["none", "(empty)"]);
  expect(root.querySelector(".prompt-kinds tbody button")).toBeNull();
});

test("lists, kinds, the threshold and the order narrow and sort it", async () => {
  await show();
  expect(all("list-all")[0]?.textContent).toBe("All 2");
  expect(all("list-mixed"), "an empty list has no button").toHaveLength(0);
  await act(() => all("list-regressed")[0]?.click());
  await act(() => all("sort-samples")[0]?.click());
  await act(() => all("prompt-kind")[0]?.querySelector("button")?.click());
  await settle();
  expect(last("prompts")).toMatchObject({
    status: "regressed",
    sort: "samples",
    order: "desc",
    kind: "poems",
  });
  await act(() => all("sort-samples")[0]?.click());
  await act(() => select({ success: "0" }));
  await settle();
  expect(last("prompts")).toMatchObject({ order: "asc", threshold: "0" });
});

test("prompts that are nearly the same are looked for by their words", async () => {
  expect(nearPattern("<|im_start|>user\nWhy is  2+2 = 4?\nSay.<|im_end|>")).toBe(
    "(?is)Why.{0,6}is.{0,6}2.{0,6}2.{0,6}4",
  );
  expect(nearPattern("春天是什么？")).toBe("(?is)春天是什么");
  expect(nearPattern("a.*(b")).toBe("(?is)a.{0,6}b");
  expect(nearPattern("?!")).toBe("");
  expect(nearPattern("[image] What is shown?"), "placeholders have many spellings").toBe(
    "(?is)What.{0,6}is.{0,6}shown",
  );
  await show();
  await act(() => all("prompt-open")[1]?.click());
  await settle();
  await act(() => all("near-prompts")[0]?.click());
  await settle();
  expect(selection.value).toMatchObject({ prompt: null, regex: true, in: "prompt", search: "(?is)1.{0,6}1" });
  expect(last("prompts")).toMatchObject({ search: "(?is)1.{0,6}1", regex: "true", in: "prompt" });
});

test("a column with too many values can be taken back, and so can a kind beyond those that are listed", async () => {
  const { prompts } = answers;
  delete answers["prompts"];
  select({ prompts_by: "id", prompt_kind: "7" });
  await show();
  const choice = all("prompts-by")[0] as HTMLSelectElement;
  expect(choice.value).toBe("id");
  answers["prompts"] = { ...(prompts as object), kinds_total: 1000, kinds_mixed: 3 };
  choice.selectedIndex = 0;
  await act(() => void choice.dispatchEvent(new Event("change", { bubbles: true })));
  await settle();
  expect(selection.value).toMatchObject({ prompts_by: "", prompt_kind: "" });
  expect(root.querySelector(".prompt-kinds summary")?.textContent).toBe(
    "Kinds of prompts by data_source: 1,000 · the 2 with the most prompts",
  );
  expect(all("prompt-kinds-mixed")[0]?.textContent).toBe(
    "3 prompts have samples of several values of data_source: each counts with one of its first visit.",
  );
  await act(() => select({ prompt_kind: "rare" }));
  await act(() => all("prompts-kind")[0]?.click());
  expect(selection.value.prompt_kind).toBe("");
});

test("a prompt opens by click; its page shows two visits side by side with what they were judged by", async () => {
  await show();
  await act(() => all("prompt-open")[1]?.click());
  await settle();
  expect(selection.value).toMatchObject({ prompt: "0acd396688986d6e" });
  expect(last("prompt")).toMatchObject({ run: "demo", prompt_key: "0acd396688986d6e" });
  expect(all("prompt-status")[0]?.textContent).toContain("Newly solved");
  expect(all("side_a")[0]?.dataset["id"]).toBe("a");
  expect(all("side_b")[0]?.dataset["id"]).toBe("c");
  expect(all("side_a")[0]?.textContent).toContain("ground_truth2");
  expect(all("side_a")[0]?.textContent).toContain("pred3");
  expect(all("rendering").map((each) => each.querySelector("pre")?.textContent)).toEqual([
    "1+1?",
    "User: 1+1?",
  ]);
  await settle();
  expect(last("diff")).toMatchObject({ id: "c", against_id: "a" });
  expect(all("diff")[0]?.textContent).toContain("two");
  expect(await violations()).toEqual([]);
  await act(() => select({ side_a: "b" }));
  expect(all("side_a")[0]?.dataset["id"]).toBe("b");
  await act(() => all("side_b-open")[0]?.click());
  expect(selection.value).toMatchObject({ sample: "c", step: 2 });
});

test("a prompt that was answered once has one response, and nothing is compared", async () => {
  answers["prompt"] = {
    ...PROMPT,
    steps: Object.fromEntries(
      Object.entries(PROMPT.steps).map(([name, values]) => [name, values.slice(0, 1)]),
    ),
    samples: Object.fromEntries(
      Object.entries(PROMPT.samples).map(([name, values]) => [name, values.slice(0, 1)]),
    ),
    steps_total: 1,
    samples_total: 1,
  };
  select({ prompt: "0acd396688986d6e" });
  await show();
  expect(all("side_a")).toHaveLength(1);
  expect([...all("side_b"), ...all("prompt-rewards"), ...all("diff")]).toEqual([]);
  expect(root.textContent).toContain("It was answered once");
  expect(asked.map(({ pathname }) => pathname)).not.toContain("/diff");
});

test("a key leads back to the list, and to the row that was opened", async () => {
  await show();
  await press("j");
  await press("j");
  const opened = document.activeElement as HTMLElement;
  expect(opened).toBe(all("prompt-open")[1]);
  await act(() => opened.click());
  await settle();
  expect(all("prompt-page")).toHaveLength(1);
  await press("Backspace");
  await settle();
  expect(selection.value.prompt).toBeNull();
  expect(all("prompt-row")).toHaveLength(2);
  expect(document.activeElement).toBe(all("prompt-open")[1]);
});

test("pass@k has a row for each k, and a gap where no prompt has so many samples", async () => {
  await show();
  await settle();
  const rows = [...(all("pass-at-k")[0]?.querySelectorAll("tbody tr") ?? [])].map((row) => row.textContent);
  expect(rows).toEqual(["1225 %50 %50 %", "2150 %––"]);
  expect(all("pass-at-k")[0]?.querySelector("summary")?.textContent, "of fewer prompts, and says so").toBe(
    "At the newest step: pass@1 50 % · pass@2 – of 1 prompt with as many samples",
  );
});

test("pages, empty lists and failures say what to do", async () => {
  answers["prompts"] = { ...PROMPTS, total: 120 };
  await show();
  expect(root.textContent).toContain("1–50 of 120");
  await act(() => all("prompts-next")[0]?.click());
  await settle();
  expect(last("prompts")).toMatchObject({ offset: "50" });
  answers["prompts"] = EMPTY;
  await act(() => select({ prompts_offset: null, list: "solved" }));
  await settle();
  expect(root.textContent).toContain("No prompts in this run");
  answers["prompts"] = { ...EMPTY, counts: PROMPTS.counts };
  await act(() => select({ list: "regressed" }));
  await settle();
  expect(root.textContent).toContain("No prompt is in this list");
  delete answers["prompts"];
  await act(() => select({ list: "mixed" }));
  await settle();
  expect(root.querySelector("[data-testid=error]")?.textContent).toContain("No such prompt.");
});

test("in Chinese", async () => {
  setLanguage("zh");
  await show();
  expect(all("list-regressed")[0]?.textContent).toBe("退步 1");
});
