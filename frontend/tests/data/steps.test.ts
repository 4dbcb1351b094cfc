// @vitest-environment jsdom

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunInfo, Steps } from "../../src/api/answers";
import { changedAt, revision } from "../../src/data/revision";
import { run, runs, updateRuns } from "../../src/data/runs";
import { follow, followSteps, isFollowing, steps, stepsError, stepsStale } from "../../src/data/steps";
import { DEFAULTS, select, selection } from "../../src/state/selection";
import { runInfo } from "../fixtures";

const stepsOf = (...step: number[]): Steps => ({ step, metrics: {}, step_metrics: {} });
const answerOf = (...infos: RunInfo[]) => ({
  runs: infos,
  ignored: [],
  looked_in: [],
  state: "ready" as const,
  message: "",
  settings_problems: [],
});

let asked: { question: string; place: string | null; signal: AbortSignal | undefined }[] = [];
let answers: Response[] = [];
let stop: () => void = () => undefined;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setTimeout(done));
};

beforeEach(() => {
  asked = [];
  answers = [];
  select({ ...DEFAULTS });
  steps.value = null;
  stepsError.value = null;
  revision.value = "r1";
  runs.value = answerOf(runInfo({ run: "a" }), runInfo({ run: "b" }));
  vi.stubGlobal("fetch", async (question: string, init: RequestInit) => {
    const place = new Headers(init.headers).get("X-RLBoard-Place");
    asked.push({ question, place, signal: init.signal ?? undefined });
    return answers.shift() ?? Response.json(stepsOf(1, 2));
  });
});

afterEach(() => stop());

test("nothing is asked before the run is known", async () => {
  stop = followSteps();
  select({ run: "unknown" });
  await settle();
  expect(asked).toEqual([]);
});

test("the last step is chosen where none is, and the question has its place on screen", async () => {
  stop = followSteps();
  select({ run: "a" });
  await settle();
  expect(asked).toMatchObject([{ question: "steps?run=a", place: "steps" }]);
  expect(steps.value?.step).toEqual([1, 2]);
  expect(selection.value.step).toBe(2);
});

test("the last step is chosen where a link to the same run says none, and not that of the run before", async () => {
  stop = followSteps();
  select({ run: "a", step: 1 });
  await settle();
  select({ step: null });
  expect(selection.value.step).toBe(2);
  answers = [Response.json(stepsOf(1, 7))];
  select({ run: "b", step: null });
  expect(selection.value.step).toBeNull();
  await settle();
  expect(selection.value.step).toBe(7);
});

test("another split dims the old steps and withdraws their question; a new revision does not dim", async () => {
  stop = followSteps();
  select({ run: "a", step: 1 });
  await settle();
  revision.value = "r2";
  expect(stepsStale.value).toBe(false);
  const renewing = asked.at(-1);
  select({ split: "eval" });
  expect(stepsStale.value).toBe(true);
  expect(renewing?.signal?.aborted).toBe(true);
  await settle();
  expect(stepsStale.value).toBe(false);
  expect(asked.map(({ question }) => question)).toEqual([
    "steps?run=a",
    "steps?run=a",
    "steps?run=a&split=eval",
  ]);
});

test("a failure stands beside the old steps until there is an answer", async () => {
  stop = followSteps();
  select({ run: "a", step: 1 });
  await settle();
  answers = [new Response("busy", { status: 503 })];
  revision.value = "r2";
  await settle();
  expect(stepsError.value?.message).toBe("busy");
  expect(steps.value?.step).toEqual([1, 2]);
  revision.value = "r3";
  expect(stepsError.value?.message).toBe("busy");
  await settle();
  expect(stepsError.value).toBeNull();
});

test("a step that the page chose moves on while the run is read; one that the reader chose stays", async () => {
  runs.value = answerOf(runInfo({ run: "a", state: "indexing" }));
  stop = followSteps();
  select({ run: "a" });
  await settle();
  answers = [Response.json(stepsOf(1, 2, 3))];
  revision.value = "r2";
  await settle();
  expect(selection.value.step).toBe(3);
  select({ step: 1 });
  answers = [Response.json(stepsOf(1, 2, 3, 4))];
  revision.value = "r3";
  await settle();
  expect(selection.value.step).toBe(1);
});

async function grow(...step: number[]): Promise<void> {
  answers = [Response.json(stepsOf(...step))];
  revision.value += "+";
  await settle();
}

test("the newest step is followed until it is held or left, and again from the newest on", async () => {
  stop = followSteps();
  select({ run: "a" });
  await settle();
  expect(isFollowing.value).toBe(true);
  await grow(1, 2, 3);
  expect(selection.value.step).toBe(3);
  follow(false);
  expect(isFollowing.value).toBe(false);
  await grow(1, 2, 3, 4);
  expect(selection.value.step).toBe(3);
  follow(true);
  expect(selection.value.step).toBe(4);
  select({ step: 1 });
  await grow(1, 2, 3, 4, 5);
  expect(selection.value.step).toBe(1);
  select({ step: 5 });
  await grow(1, 2, 3, 4, 5, 6);
  expect(selection.value.step).toBe(6);
});

test("a sample that is open is not taken away by a newer step", async () => {
  stop = followSteps();
  select({ run: "a" });
  await settle();
  select({ sample: "s" });
  await grow(1, 2, 3);
  expect(selection.value.step).toBe(2);
});

test("another split is no newer step of this one", async () => {
  stop = followSteps();
  select({ run: "a" });
  await settle();
  answers = [Response.json(stepsOf(1, 2, 9))];
  select({ split: "eval" });
  await settle();
  expect(selection.value.step).toBe(2);
});

test("the first run that was trained on is chosen; a change of the index is noted with its time", () => {
  revision.value = "";
  const evaluated = runInfo({ run: "eval only", splits: ["eval"] });
  const answer = answerOf(evaluated, runInfo({ run: "trained", splits: ["train"] }));
  expect(updateRuns({ ...answer, revision: "1" })).toBe(true);
  expect(run.value?.run).toBe("trained");
  expect(changedAt.value).toBeNull();
  const known = run.value;
  expect(updateRuns({ ...answer, runs: [...answer.runs], revision: "1" })).toBe(false);
  expect(run.value).toBe(known);
  expect(updateRuns({ ...answer, revision: "2" })).toBe(true);
  expect(changedAt.value).not.toBeNull();
});

test.each([
  [["eval_math", []], ["grpo/latest", []], "grpo/latest"],
  [["aime", ["eval"]], ["ppo", []], "ppo"],
  [["run/val", []], ["run/test", []], "run/val"],
] as const)("of runs that are not read yet, %j and %j, the name tells which was trained", (a, b, chosen) => {
  select({ run: "" });
  const [first, second] = [a, b].map(([name, splits]) => runInfo({ run: name, splits: [...splits] }));
  if (first !== undefined && second !== undefined)
    updateRuns({ ...answerOf(first, second), revision: "unread" });
  expect(selection.value.run).toBe(chosen);
});
