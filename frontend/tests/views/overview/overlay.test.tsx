// @vitest-environment jsdom

/** Runs whose curves lie over those of the run: what the address says, what is asked, and where their points come. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Steps } from "../../../src/api/answers";
import {
  MAX_OVERLAID,
  overlaidRuns,
  overlayCurves,
  overlayRun,
  showOverlaid,
} from "../../../src/data/compare/overlay";
import { revision } from "../../../src/data/revision";
import { runs } from "../../../src/data/runs";
import { DEFAULTS, select, selection } from "../../../src/state/selection";
import { curveLine } from "../../../src/views/overview/curves/curveLines";
import { comparedLine } from "../../../src/views/overview/overlay/comparedLine";
import { LineChoice } from "../../../src/views/overview/overlay/LineChoice";
import { OverlayBar } from "../../../src/views/overview/overlay/OverlayBar";
import {
  type Overlay,
  runsWithout,
  unionOfSteps,
  withOverlays,
} from "../../../src/views/overview/overlay/overlaidLines";
import { metric, runInfo } from "../../fixtures";
import { byTestId, nextRevision, runsAnswer, settle, violations } from "../../page";

const names = Array.from({ length: 12 }, (_, i) => `seed${i}`);
const ALL = ["demo", ...names].map((run) => runInfo({ run, metrics: [metric("reward")] }));
const REWARD = { name: "reward", from: "metric", colour: "policy", word: "policy" } as const;
const STYLE = { band: "none", bandScale: 1, fromZero: false } as const;

const stepsOf = (step: number[], mean: (number | null)[]): Steps =>
  ({
    step,
    metrics: { reward: { mean, count: mean.map(() => 4), nonfinite: mean.map(() => 0) } },
    step_metrics: {},
  }) as unknown as Steps;

const overlay = (run: string, steps: Steps | null, place = 0): Overlay => ({
  overlaid: { run, isShown: true, place },
  curves: { run, steps, error: null },
});

beforeEach(() => {
  runs.value = runsAnswer(...ALL);
  revision.value = nextRevision();
  select({ ...DEFAULTS, run: "demo" });
});

afterEach(() => {
  runs.value = null;
  vi.unstubAllGlobals();
});

test("the address names them, hidden ones too; the run itself and runs that are gone are none", () => {
  select({ overlay: "seed1,!seed2,demo,gone" });
  expect(overlaidRuns.value).toEqual([
    { run: "seed1", isShown: true, place: 0 },
    { run: "seed2", isShown: false, place: 1 },
  ]);
  showOverlaid("seed2", true);
  showOverlaid("seed1", false);
  expect(selection.value.overlay).toBe("!seed1,seed2");
  overlayRun("seed1", false);
  expect(selection.value.overlay).toBe("seed2");
});

test("there are eight at most", () => {
  for (const name of names) overlayRun(name, true);
  expect(overlaidRuns.value.length).toBe(MAX_OVERLAID);
  expect(overlayRun("seed11", true)).toBe(false);
  select({ overlay: names.join(",") });
  expect(overlaidRuns.value.map(({ run }) => run)).toEqual(names.slice(0, MAX_OVERLAID));
});

test("points of other steps stand at their steps, the run's own main line is the last", () => {
  const own = { key: "reward", label: "mean", colour: "policy", values: [1, 2, 3], band: null } as const;
  const other = stepsOf([5, 20, 30], [7, null, 9]);
  const drawn = withOverlays([0, 10, 20], [own], [overlay("b", other, 2)], REWARD, STYLE);
  expect(drawn.x).toEqual([0, 5, 10, 20, 30]);
  expect(drawn.lines.map(({ label, colour }) => [label, colour])).toEqual([
    ["b", "r3"],
    ["mean", "policy"],
  ]);
  // What a run did not log at a step is left out; a step of its own without a finite value breaks its line.
  expect(drawn.lines[0]?.values).toEqual([undefined, 7, undefined, null, 9]);
  expect(drawn.lines[1]?.values).toEqual([1, undefined, 2, 3, undefined]);
  expect(drawn.spread(["a", "b", "c"])).toEqual(["a", undefined, "b", "c", undefined]);
  expect(unionOfSteps([[], [3, 1], [2, 3]])).toEqual([1, 2, 3]);
});

test("where a chart has several lines, those of other runs say which one they are", () => {
  const line = (key: string) => ({ key, label: key, colour: "policy", values: [1], band: null }) as const;
  const others = [overlay("b", stepsOf([0], [7]), 2)];
  const drawn = withOverlays([0], [line("win"), line("lose")], others, REWARD, STYLE);
  expect(drawn.lines.map(({ label }) => label)).toEqual(["b · lose", "lose"]);
});

test("no line of the run itself has the colour of another run, and the one that is compared that of the legend", () => {
  const line = (key: string, colour: "neg" | "pos" | "ref" | "policy") =>
    ({ key, label: key, colour, values: [1], band: null }) as const;
  const lines = [
    line("reward", "neg"),
    line("reference", "ref"),
    line("all good", "pos"),
    line("c", "policy"),
  ];
  const drawn = withOverlays([0], lines, [overlay("b", stepsOf([0], [7]), 1)], REWARD, STYLE);
  expect(drawn.lines.map(({ label, colour }) => [label, colour])).toEqual([
    ["b · reward", "r2"],
    ["reference", "ref"],
    ["reward", "policy"],
  ]);
  expect(withOverlays([0], lines, [], REWARD, STYLE).lines).toBe(lines);
});

test("runs that lack what is compared are named, those that have it or were not asked yet are not", () => {
  const none = { step: [1], metrics: {}, step_metrics: {} };
  runs.value = runsAnswer(...ALL, runInfo({ run: "bare", metrics: [] }));
  const others = [
    overlay("seed1", stepsOf([1], [7])),
    overlay("seed2", stepsOf([1, 2], [null, null])),
    overlay("seed3", none),
    overlay("bare", none),
    overlay("seed4", null),
    overlay("math", none),
  ];
  const unlogged = stepsOf([1], [null]);
  for (const column of Object.values(unlogged.metrics)) Object.assign(column, { count: [0] });
  expect(runsWithout([...others, overlay("seed5", unlogged)], REWARD)).toEqual(["bare", "seed5"]);
  expect(runsWithout(others, undefined)).toEqual([]);
});

test("without others, or where they do not have the metric, the chart is as it was", () => {
  const own = { key: "reward", label: "mean", colour: "policy", values: [1, 2], band: null } as const;
  const [x, lines] = [[0, 10], [own]];
  for (const others of [
    [],
    [overlay("b", null)],
    [overlay("b", { step: [1], metrics: {}, step_metrics: {} })],
  ]) {
    const drawn = withOverlays(x, lines, others, REWARD, STYLE);
    expect([drawn.x, drawn.lines]).toEqual([x, lines]);
    expect(drawn.x).toBe(x);
  }
});

test("each run is asked for what it has, one after the other; one that fails takes nothing from the rest", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (input: string) => {
    asked.push(input);
    if (input.includes("seed1")) return new Response("too much", { status: 503 });
    const column = [1];
    const statistics = ["sum", "std", "min", "p01", "p05", "p25", "p50", "p75", "p95", "p99", "max", "mean"];
    const reward = {
      count: [4],
      nonfinite: [0],
      ...Object.fromEntries(statistics.map((name) => [name, column])),
    };
    return new Response(JSON.stringify({ step: [3], metrics: { reward }, step_metrics: { win: [0.5] } }));
  });
  const found = await overlayCurves.fetch({
    scope: { split: "train" },
    runs: [
      { run: "seed1", metrics: ["reward"] },
      { run: "seed2", metrics: ["reward"] },
    ],
  });
  expect(asked).toEqual([
    "steps?split=train&run=seed1&metrics=reward",
    "steps?split=train&run=seed2&metrics=reward",
  ]);
  expect(found.map(({ error }) => error?.message ?? "")).toEqual(["too much", ""]);
  const kept = found[1]?.steps?.metrics["reward"];
  expect([kept?.mean, kept?.count, kept?.p95]).toEqual([[1], [4], []]);
});

test("the legend shows and hides, says what did not come, and takes off", async () => {
  const root = document.body.appendChild(document.createElement("main"));
  select({ overlay: "seed1,seed2" });
  const failed = { ...overlay("seed2", null), curves: { run: "seed2", steps: null, error: new Error("no") } };
  await act(() => render(<OverlayBar overlays={[failed as unknown as Overlay]} />, root));
  await settle();
  const legend = byTestId("overlay-legend");
  expect(legend?.textContent).toBe("demoseed1✕seed2did not come✕");
  expect(await violations()).toEqual([]);
  await act(() => byTestId("overlay-toggle")?.click());
  expect(selection.value.overlay).toBe("!seed1,seed2");
  await act(() => root.querySelector<HTMLElement>('[aria-label="Take seed2 off"]')?.click());
  expect(selection.value.overlay).toBe("!seed1");
  await act(() => render(null, root));
  root.remove();
});

const CHART = {
  id: "reward",
  question: "reward",
  lines: [{ ...REWARD, name: "ref_reward", colour: "ref", word: "reference" }, REWARD],
  unit: "",
  tokenWeighted: false,
} as const;

test("of a chart with several lines a run shows the main one, or the one that the reader chooses; the address keeps it", async () => {
  const root = document.body.appendChild(document.createElement("div"));
  const both = {
    ...stepsOf([1], [4]),
    metrics: { ...stepsOf([1], [4]).metrics, ref_reward: stepsOf([1], [3]).metrics["reward"] },
  } as unknown as Steps;
  const own = CHART.lines.flatMap((line) => curveLine(line, line.word, both, STYLE) ?? []);
  const theirs = () => {
    const [line] = withOverlays([1], own, [overlay("seed1", both)], comparedLine(CHART), STYLE).lines;
    return [line?.label, line?.values];
  };
  await act(() => render(<LineChoice source={CHART} labels={["reference", "policy"]} />, root));
  const choice = byTestId<HTMLSelectElement>("compared-line") as HTMLSelectElement;
  expect([choice.value, ...theirs()]).toEqual(["reward", "seed1 · policy", [4]]);
  const choose = (name: string): Promise<void> =>
    act(() => {
      choice.value = name;
      choice.dispatchEvent(new Event("change", { bubbles: true }));
    });
  await choose("ref_reward");
  expect(selection.value.looks).toBe("reward;linear;@ref_reward");
  expect(theirs()).toEqual(["seed1 · reference", [3]]);
  await choose("reward");
  expect(selection.value.looks).toBe("");
  await act(() => render(null, root));
  root.remove();
});
