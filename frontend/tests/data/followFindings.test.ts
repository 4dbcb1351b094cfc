// @vitest-environment jsdom

/** When the run is checked, and what stands there meanwhile. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findings, findingsError } from "../../src/data/findings/findings";
import { followFindings } from "../../src/data/findings/followFindings";
import { revision } from "../../src/data/revision";
import { runs } from "../../src/data/runs";
import { DEFAULTS, select } from "../../src/state/selection";
import { runInfo } from "../fixtures";
import { nextRevision, runsAnswer } from "../page";
import { ANSWER } from "../views/findings/answer";

let asked: URL[] = [];
let answers: Response[] = [];
let stop: () => void = () => undefined;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((done) => setTimeout(done));
};
const last = (): string[][] => [...(asked.at(-1)?.searchParams ?? [])];

beforeEach(() => {
  asked = [];
  answers = [];
  findings.value = null;
  findingsError.value = null;
  revision.value = nextRevision();
  runs.value = runsAnswer(runInfo({ run: "a" }), runInfo({ run: "b" }), runInfo({ run: "new", samples: 0 }));
  select({ ...DEFAULTS, run: "a" });
  vi.stubGlobal("fetch", async (question: string) => {
    asked.push(new URL(question, "http://host/"));
    return answers.shift() ?? Response.json(ANSWER);
  });
});

afterEach(() => {
  stop();
  runs.value = null;
  vi.unstubAllGlobals();
});

test("the chosen run is asked about, and again when the index has changed", async () => {
  stop = followFindings();
  await settle();
  expect(asked.map(({ pathname }) => pathname)).toEqual(["/findings"]);
  expect(last()).toEqual([["run", "a"]]);
  expect(findings.value?.findings).toHaveLength(2);
  revision.value = nextRevision();
  expect(findings.value?.findings).toHaveLength(2);
  await settle();
  expect(asked).toHaveLength(2);
});

test("steps and filters that are chosen change nothing; thresholds that are tried do", async () => {
  stop = followFindings();
  await settle();
  select({ step: 3, where: "reward > 0" });
  await settle();
  expect(asked).toHaveLength(1);
  select({ thresholds: "kl_spike_error:0.7,truncation_share:0.1" });
  await settle();
  expect(last()).toEqual([
    ["run", "a"],
    ["threshold", "kl_spike_error:0.7"],
    ["threshold", "truncation_share:0.1"],
  ]);
});

test("findings of another run are gone at once, and a run without samples is not asked about", async () => {
  stop = followFindings();
  await settle();
  select({ run: "b" });
  expect(findings.value).toBeNull();
  await settle();
  expect(findings.value?.findings).toHaveLength(2);
  select({ run: "new" });
  await settle();
  expect(asked).toHaveLength(2);
  expect(findings.value).toBeNull();
});

test("a failure stands beside the older answer until an answer comes", async () => {
  stop = followFindings();
  await settle();
  answers = [new Response("There is no threshold x.", { status: 400 })];
  select({ thresholds: "x:1" });
  await settle();
  expect(findingsError.value?.message).toBe("There is no threshold x.");
  expect(findings.value?.findings).toHaveLength(2);
  select({ thresholds: "" });
  await settle();
  expect(findingsError.value).toBeNull();
});
