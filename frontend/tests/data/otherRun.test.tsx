// @vitest-environment jsdom

/** Numbers of another run bridge a moment, dimmed; they do not stay beside the name of the chosen one. */

import { computed } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../../src/api/errors";
import type { Scope } from "../../src/api/parameters";
import { Question } from "../../src/data/question";
import { SamplePages } from "../../src/data/questions/SamplePages";
import type { SampleList } from "../../src/data/questions/sampleList";
import { runs } from "../../src/data/runs";
import { isOtherRun, OTHER_RUN_MS } from "../../src/data/scopes";
import { followSteps, steps } from "../../src/data/steps";
import { type Answer, useAnswer } from "../../src/data/useAnswer";
import { DEFAULTS, select, selected } from "../../src/state/selection";
import { runInfo } from "../fixtures";
import { runsAnswer } from "../page";

const IN_TIME = OTHER_RUN_MS - 1;

/** Answers about run `a` are there at once, those about another one never. */
const onlyA = async <T,>(run: string | null, answer: T): Promise<T> =>
  run === "a" ? answer : new Promise<T>(() => undefined);

const wait = (ms: number): Promise<void> =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("another run, split or attempt is told from another step or filter", () => {
  const scope = { run: "a", step: 1, where: "reward > 0" };
  expect(isOtherRun(scope, { run: "a", step: 2 })).toBe(false);
  expect(isOtherRun({ ...scope, attempt: null, split: "" }, scope)).toBe(false);
  for (const other of [{ run: "b" }, { split: "eval" }, { attempt: 1 }, { against_run: "b" }])
    expect(isOtherRun(scope, { ...scope, ...other })).toBe(true);
});

test("an answer about another run goes when the new one is late, and at once when it fails", async () => {
  let fail: (error: Error) => void = () => undefined;
  const question = new Question<Scope, string>({
    name: "probe",
    load: ({ run, step }) =>
      run === "c" ? new Promise((_, failed) => (fail = failed)) : onlyA(step === 9 ? null : run, "A"),
  });
  let seen: Answer<string> | null = null;
  const Probe = ({ scope }: { scope: Scope }): null => {
    seen = useAnswer(question, scope);
    return null;
  };
  const root = document.createElement("div");
  const show = async (scope: Scope, ms: number): Promise<void> => {
    await act(() => render(<Probe scope={scope} />, root));
    await wait(ms);
  };
  await show({ run: "a" }, 0);
  await show({ run: "a", step: 9 }, 10 * OTHER_RUN_MS);
  expect(seen).toMatchObject({ data: "A", stale: true, loading: true });
  await show({ run: "b" }, IN_TIME);
  expect(seen).toMatchObject({ data: "A", stale: true, loading: true });
  await wait(1);
  expect(seen).toMatchObject({ data: null, stale: false, loading: true });
  await show({ run: "a" }, OTHER_RUN_MS);
  expect(seen).toMatchObject({ data: "A", stale: false, loading: false });
  await show({ run: "c" }, 0);
  fail(new ApiError(400, "no such metric", "probe"));
  await wait(0);
  expect(seen).toMatchObject({ data: null, error: { message: "no such metric" } });
  await act(() => render(null, root));
});

test("rows of another run go when the list of the new one is late", async () => {
  vi.stubGlobal("fetch", (url: string) =>
    onlyA(
      new URLSearchParams(url.split("?")[1]).get("run"),
      Response.json({ total: 2, columns: { id: ["a0", "a1"] } }),
    ),
  );
  const list = computed<SampleList>(() => ({ run: selected.run.value, step: selected.step.value }));
  select({ run: "a", step: 1 });
  const pages = new SamplePages();
  const end = pages.follow(list);
  await wait(0);
  expect(pages.total.value).toBe(2);
  select({ run: "b", step: 1 });
  await wait(IN_TIME);
  expect(pages.rows.value).toHaveLength(2);
  await wait(1);
  expect([pages.rows.value, pages.total.value, pages.loading.value]).toEqual([[], 0, true]);
  select({ run: "a", step: 1 });
  await wait(10 * OTHER_RUN_MS);
  expect(pages.total.value).toBe(2);
  // The list of another run is in time, and then one of its steps is late: the rows are of the chosen run, and stay.
  vi.stubGlobal("fetch", async () => Response.json({ total: 3, columns: { id: ["c0", "c1", "c2"] } }));
  select({ run: "c", step: 1 });
  await wait(OTHER_RUN_MS / 2);
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  select({ step: 2 });
  await wait(10 * OTHER_RUN_MS);
  expect([pages.total.value, pages.loading.value]).toEqual([3, true]);
  end();
  pages.stop();
});

test("steps of another run go when those of the new one are late", async () => {
  vi.stubGlobal("fetch", (url: string) =>
    onlyA(
      new URLSearchParams(url.split("?")[1]).get("run"),
      Response.json({ step: [1, 2], metrics: {}, step_metrics: {} }),
    ),
  );
  runs.value = runsAnswer(runInfo({ run: "a" }), runInfo({ run: "b" }));
  steps.value = null;
  select({ ...DEFAULTS, run: "a" });
  const stop = followSteps();
  await wait(0);
  expect(steps.value).not.toBeNull();
  select({ run: "b" });
  await wait(IN_TIME);
  expect(steps.value).not.toBeNull();
  await wait(1);
  expect(steps.value).toBeNull();
  select({ run: "a" });
  await wait(10 * OTHER_RUN_MS);
  expect(steps.value).not.toBeNull();
  stop();
});
