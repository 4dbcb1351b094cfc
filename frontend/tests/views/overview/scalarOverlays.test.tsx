// @vitest-environment jsdom

/** TensorBoard's own scalars of several runs in one chart. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { revision } from "../../../src/data/revision";
import { run, runs } from "../../../src/data/runs";
import { DEFAULTS, select } from "../../../src/state/selection";
import { ScalarCards } from "../../../src/views/overview/curves/ScalarCards";
import { runInfo } from "../../fixtures";
import { byTestId, nextRevision, runsAnswer } from "../../page";

vi.mock("uplot", () => ({ default: class {} }));

const series = (step: number[], value: number[]) => ({ step, wall_time: step.map(() => 0), value });
const SERIES: Record<string, unknown> = {
  demo: { loss: series([0, 10], [1, 0.5]) },
  seed1: { loss: series([0, 5, 10], [4, 3, 2]) },
  seed2: {},
};

let root: HTMLElement;
let asked: URL[];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", (path: string) => {
    const url = new URL(path, "http://host/");
    asked.push(url);
    const found = SERIES[url.searchParams.get("run") ?? ""];
    return Promise.resolve(
      found === undefined ? new Response("too late", { status: 503 }) : Response.json(found),
    );
  });
  runs.value = runsAnswer(
    ...["demo", "seed1", "seed2", "seed3", "bare"].map((name) =>
      runInfo({ run: name, scalar_runs: name === "bare" ? [] : [name] }),
    ),
  );
  revision.value = nextRevision();
  select({ ...DEFAULTS, run: "demo", step: 10 });
  root = document.body.appendChild(document.createElement("div"));
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  runs.value = null;
  vi.unstubAllGlobals();
});

const show = (): Promise<void> =>
  act(() => {
    if (run.value === null) throw new Error("no run");
    render(<ScalarCards run={run.value} tags={["loss"]} steps={[0, 10]} />, root);
  });
const text = (): string => byTestId("chart-loss")?.textContent ?? "";

test("runs that lie over the others do so here, too, each with its own pairing; who has no such scalar is named", async () => {
  select({ overlay: "seed1,seed2,seed3,bare" });
  await show();
  await vi.waitFor(() => expect(text()).toContain("seed1 2"));
  expect(text()).toContain("value 0.5");
  expect(text()).toContain("not logged by seed2, bare · not read: seed3");
  const others = asked.filter((url) => url.searchParams.get("run") !== "demo");
  expect(others.map((url) => url.search)).toEqual([
    "?run=seed1&tag=loss",
    "?run=seed2&tag=loss",
    "?run=seed3&tag=loss",
  ]);
});

test("alone nothing else is asked; a run that is hidden has no line", async () => {
  await show();
  await vi.waitFor(() => expect(text()).toContain("value 0.5"));
  expect(asked).toHaveLength(1);
  expect(text()).not.toContain("not logged");
  select({ overlay: "seed1,!seed2" });
  await show();
  await vi.waitFor(() => expect(text()).toContain("seed1 2"));
  expect(text()).not.toContain("seed2");
});
