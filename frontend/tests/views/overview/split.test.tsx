// @vitest-environment jsdom

/** Curves split by a text column: what is asked, the lines of the values, and what the legend says of the rest. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { revision } from "../../../src/data/revision";
import { runs } from "../../../src/data/runs";
import { DEFAULTS, select, selection } from "../../../src/state/selection";
import { SplitBar } from "../../../src/views/overview/overlay/SplitBar";
import { useValues, type ValueCurves } from "../../../src/views/overview/overlay/useValues";
import { metric, runInfo } from "../../fixtures";
import { byTestId, nextRevision, runsAnswer, settle } from "../../page";

const numbers = [1, 2];
const summary = Object.fromEntries(
  ["count", "nonfinite", "sum", "mean", "std", "min", "max"]
    .concat(["p01", "p05", "p25", "p50", "p75", "p95", "p99"])
    .map((name) => [name, numbers]),
);
const series = { step: [0, 10], metrics: { reward: summary }, step_metrics: {} };
const ANSWER = {
  by: "data_source",
  values: ["math", ""],
  samples: [1200, 3],
  rest_values: 4,
  rest_samples: 9,
  without: 5,
  series: [series, series],
};
const CHARTS = [
  {
    id: "reward",
    unit: "",
    tokenWeighted: false,
    lines: [{ name: "reward", from: "metric", colour: "policy" }],
  },
] as unknown as Parameters<typeof useValues>[0];

let asked: URLSearchParams[];
let found: ValueCurves | null;
let place: HTMLElement;

function Shown() {
  found = useValues(CHARTS);
  return <SplitBar values={found} />;
}

beforeEach(async () => {
  asked = [];
  vi.stubGlobal("fetch", async (question: string) => {
    asked.push(new URL(question, "http://x/").searchParams);
    return Response.json(ANSWER);
  });
  const columns = ["prompt", "response", "data_source"];
  runs.value = runsAnswer(runInfo({ metrics: [metric("reward")], text_columns: columns }));
  revision.value = nextRevision();
  select({ ...DEFAULTS, run: "demo" });
  place = document.createElement("div");
  document.body.replaceChildren(place);
  await act(() => render(<Shown />, place));
});

afterEach(() => {
  act(() => render(null, place));
  runs.value = null;
  vi.unstubAllGlobals();
});

test("only texts that tell kinds apart are offered, and nothing is asked before", () => {
  const field = byTestId("split-by")?.closest("select");
  expect([...(field?.options ?? [])].map((option) => option.value)).toEqual(["", "data_source"]);
  expect(asked).toEqual([]);
});

test("each value is a line with its colour; what has none is counted", async () => {
  await act(() => select({ split_by: "data_source" }));
  await settle();
  expect(asked.map((one) => [one.get("by"), one.getAll("metrics")])).toEqual([["data_source", ["reward"]]]);
  expect(found?.overlays.map(({ overlaid }) => [overlaid.run, overlaid.place])).toEqual([
    ["math", 0],
    ["", 1],
  ]);
  expect([...(byTestId("split-legend")?.children ?? [])].map((one) => one.textContent)).toEqual([
    "math1,200",
    "(empty)3",
    "4 more values, 9 samples",
    "5 samples without",
  ]);
});

test("a column that the run has not splits nothing", async () => {
  await act(() => select({ split_by: "difficulty" }));
  await settle();
  expect(asked).toEqual([]);
  expect(selection.value.split_by).toBe("difficulty");
  expect(byTestId("split-legend")).toBeNull();
});
