// @vitest-environment jsdom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Steps } from "../../../src/api/answers";
import { revision } from "../../../src/data/revision";
import { runs } from "../../../src/data/runs";
import { steps } from "../../../src/data/steps";
import { select, selection } from "../../../src/state/selection";
import { Overview } from "../../../src/views/overview/Overview";
import { addedChartIds, fromZero, hiddenCharts } from "../../../src/views/overview/shared/settings";
import { metric, runInfo } from "../../fixtures";
import { runsAnswer } from "../../page";

vi.mock("uplot", () => ({ default: class {} }));

const info = (name: string) => metric(name, { unit: name === "k3_mean" ? "nats" : "" });

const RUN = runInfo({
  metrics: ["reward", "ref_reward", "reward_gap", "n_tokens", "my_metric"].map(info),
  token_metrics: [info("logprobs")],
  attempts: [],
  scalar_runs: ["demo"],
});

const column = (mean: number[]) => ({
  ...Object.fromEntries(
    ["sum", "std", "min", "p01", "p05", "p25", "p50", "p75", "p95", "p99", "max"].map((name) => [name, mean]),
  ),
  mean,
  count: [508, 508],
  nonfinite: [0, 4],
});

const STEPS = {
  step: [0, 10],
  metrics: Object.fromEntries(
    ["reward", "ref_reward", "reward_gap", "n_tokens"].map((name, i) => [name, column([i, i + 1])]),
  ),
  step_metrics: { win: [0.5, 0.75], tie: [0, 0], loss: [0.5, 0.25] },
} as unknown as Steps;

function answer(url: URL): unknown {
  if (url.pathname === "/samples") {
    const all: Record<string, unknown[]> = {
      id: ["a", "b"],
      step: [10, 10],
      reward: [1, "NaN"],
      ref_reward: [0.5, 1],
      reward_gap: [0.5, "NaN"],
    };
    const columns = Object.fromEntries(url.searchParams.getAll("columns").map((name) => [name, all[name]]));
    return { total: 2, columns };
  }
  if (url.pathname === "/steps") return { ...STEPS, metrics: { my_metric: column([7, 8]) } };
  if (url.pathname === "/scalars" && url.searchParams.has("tag")) {
    return { "loss/policy": { step: [0, 5], wall_time: [0, 0], value: [1, 0.5] } };
  }
  if (url.pathname === "/scalars") return { tags: { demo: ["loss/policy"] } };
  const quantiles = { p01: 0, p05: 0, p25: 0, p50: 0, p75: 1, p95: 1, p99: 1 };
  const pinned = url.searchParams.get("against")?.startsWith("step");
  return {
    edges: [0, 1],
    counts: [40],
    against_counts: [30],
    density: { x: [0, 1], y: [1, 1], against_y: [1, 1] },
    quantiles,
    against_quantiles: pinned ? { ...quantiles, p75: 2 } : quantiles,
    count: 40,
    nonfinite: 1,
    against_count: 30,
    against_nonfinite: 0,
    mean: 0.5,
    std: 0.2,
    against_mean: 0.4,
    against_std: 0.9,
  };
}

let root: HTMLElement;
let asked: URL[];

beforeEach(() => {
  root = document.createElement("div");
  document.body.replaceChildren(root);
  // jsdom has the constructor of stylesheets but no place to adopt them.
  document.adoptedStyleSheets ??= [];
  asked = [];
  vi.stubGlobal("fetch", async (question: string) => {
    const url = new URL(question, "http://board/");
    asked.push(url);
    return new Response(JSON.stringify(answer(url)));
  });
  // Answers are remembered per revision of the index.
  revision.value += "+";
  hiddenCharts.value = [];
  addedChartIds.value = [];
  fromZero.value = false;
  runs.value = runsAnswer(RUN);
  steps.value = STEPS;
  select({ run: "demo", step: 10, pin: null, sample: null, view: "overview" });
});

afterEach(() => {
  act(() => render(null, root));
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const open = () => act(() => render(<Overview />, root));
const card = (id: string) => root.querySelector<HTMLElement>(`[data-testid="chart-${id}"]`);
const text = (id: string) => root.querySelector(`[data-testid="${id}"]`)?.textContent ?? "";

/** What the browser does where a menu's button is pressed; jsdom has no popovers. */
function openSheet(within: Element | null | undefined): void {
  const event = Object.assign(new Event("beforetoggle"), { newState: "open" });
  act(() => {
    within?.querySelector(".sheet")?.dispatchEvent(event);
  });
}
const openMenu = (id: string) => openSheet(card(id));

describe("Overview", () => {
  it("shows the values of the selected step and what was left out of the means", () => {
    open();
    expect(card("reward")?.textContent).toContain("policy 1");
    expect(card("reward")?.textContent).toContain("reference 2");
    expect(card("reward")?.textContent).toContain("mean over 508 of 512 samples, 4 non-finite");
    expect(card("outcome")?.textContent).toContain("win 75 %");
    act(() => select({ step: 0 }));
    expect(card("reward")?.textContent).toContain("mean over 508 samples");
  });

  it("leaves the panels of a step that are out of sight until the reader rests", async () => {
    vi.stubGlobal(
      "IntersectionObserver",
      class {
        observe(): void {}
        disconnect(): void {}
      },
    );
    open();
    await vi.waitFor(() => expect(text("panel-marks")).toContain("at step 10"), 5000);
    vi.useFakeTimers();
    act(() => select({ step: 0 }));
    expect(root.querySelector('[data-testid="tiles"]')?.ariaLabel).toBe("Step 0 at a glance");
    await act(() => void vi.advanceTimersByTime(450));
    expect(text("panel-marks")).toContain("at step 10");
    await act(() => void vi.advanceTimersByTime(50));
    expect(text("panel-marks")).toContain("at step 0");
  });

  it("has no chart for what was never logged, and says in the choice of charts what to log", () => {
    open();
    expect(card("kl")).toBeNull();
    expect(card("entropy")).toBeNull();
    openSheet(root.querySelector('[data-testid="chart-picker"]')?.parentElement);
    const missing = [...root.querySelectorAll(".overview-missing")].map((line) => line.textContent);
    expect(missing).toContainEqual(expect.stringContaining("Log “ref_logprobs” beside “logprobs”"));
  });

  it("says what to log where there is no reward at all", () => {
    runs.value = runsAnswer({ ...RUN, metrics: [info("n_tokens")] });
    steps.value = { ...STEPS, metrics: {}, step_metrics: {} };
    open();
    expect(card("reward")?.textContent).toContain("Log “reward” with every sample");
  });

  it("does not call logged what was logged under a value that cannot be used", async () => {
    const reason = "reward is no number but tensor(1.0). Log value.item().";
    const kl = "ref_logprobs is no list of numbers. Log values.tolist().";
    const metrics = RUN.metrics.filter(({ name }) => !name.startsWith("reward"));
    const unusable = { reward: reason, ref_logprobs: kl };
    runs.value = runsAnswer({ ...RUN, metrics, unusable });
    steps.value = { ...STEPS, metrics: {} };
    open();
    expect(card("kl")?.textContent).toContain(`Logged, but not usable: ${kl}`);
    await vi.waitFor(() => expect(text("panel-marks")).toContain(`Logged, but not usable: ${reason}`));
    expect(text("panel-gap")).toContain(`Logged, but not usable: ${reason}`);
    expect(root.textContent).not.toContain("was logged");
  });

  it("speaks of a filter only where there is one: a run that is being read has no steps at first", () => {
    steps.value = { ...STEPS, step: [], metrics: {}, step_metrics: {} };
    select({ step: null });
    runs.value = runsAnswer({ ...RUN, state: "indexing" });
    open();
    expect(text("overview")).not.toContain("filter");
    expect(text("overview")).toContain("Reading …");
    act(() => {
      runs.value = runsAnswer(RUN);
    });
    expect(text("overview")).toContain("No samples in these steps");
  });

  it("has no panel of gaps without a reference", async () => {
    runs.value = runsAnswer({ ...RUN, metrics: [info("reward")] });
    open();
    await vi.waitFor(() => expect(text("panel-marks")).toContain("no “ref_reward” was logged"));
    expect(root.querySelector('[data-testid="panel-gap"]')).toBeNull();
    expect(asked.find((url) => url.pathname === "/samples")?.searchParams.getAll("columns")).toEqual([
      "id",
      "step",
      "reward",
    ]);
  });

  it("remembers charts that were switched off and on", () => {
    open();
    openMenu("length");
    act(() => card("length")?.querySelector<HTMLElement>('[data-testid="look-hide"]')?.click());
    expect(card("length")).toBeNull();
    expect(hiddenCharts.value).toEqual(["length"]);
    act(() => {
      hiddenCharts.value = [];
    });
    expect(card("length")).not.toBeNull();
  });

  it("asks for metrics beyond the usual ones and for TensorBoard's scalars when they are added", async () => {
    addedChartIds.value = ["metric:my_metric", "scalar:loss/policy"];
    open();
    await vi.waitFor(() => expect(card("my_metric")?.textContent).toContain("mean 8"));
    await vi.waitFor(() => expect(card("loss/policy")?.textContent).toContain("value 0.5"));
    expect(card("loss/policy")?.textContent).toContain("at step 5");
    expect(asked.find((url) => url.pathname === "/steps")?.searchParams.getAll("metrics")).toEqual([
      "my_metric",
    ]);
  });

  it("asks the runs laid over for numbers that only the log knows", async () => {
    runs.value = runsAnswer(RUN, runInfo({ ...RUN, run: "other" }));
    select({ overlay: "other" });
    open();
    const isOfOther = ({ pathname, searchParams }: URL) =>
      pathname === "/steps" && searchParams.get("run") === "other";
    await vi.waitFor(() =>
      expect(asked.findLast(isOfOther)?.searchParams.getAll("metrics")).toContain("my_metric"),
    );
    await vi.waitFor(() => expect(card("my_metric")?.textContent).toContain("other 8"));
    select({ overlay: "" });
  });

  it("shows a chart as a table", () => {
    open();
    openMenu("reward");
    act(() => card("reward")?.querySelector<HTMLElement>('[data-testid="look-table"]')?.click());
    const rows = [...(card("reward")?.querySelectorAll("tbody tr") ?? [])].map((row) => row.textContent);
    expect(rows).toHaveLength(2);
    expect(card("reward")?.querySelector(".chart-row-marked th")?.textContent).toBe("10");
  });

  it("says that the step of a link has no samples, and shows no number as if of it", async () => {
    select({ run: "demo", step: 7 });
    open();
    expect(text("no-samples-at")).toContain("no samples at step 7");
    expect(root.querySelector('[data-testid="tiles"]')).toBeNull();
    expect(root.querySelector('[data-testid="panel-marks"]')).toBeNull();
    expect(card("reward")?.textContent).toContain("at step 10");
    act(() => select({ step: 10 }));
    expect(root.querySelector('[data-testid="no-samples-at"]')).toBeNull();
    expect(root.querySelector('[data-testid="tiles"]')).not.toBeNull();
  });

  it("says which numbers the pinned step lacks, and not nothing", () => {
    select({ pin: 7 });
    open();
    expect(text("tile-reward")).toContain("none at 7");
    act(() => select({ pin: 0 }));
    expect(text("tile-reward")).not.toContain("none at");
    expect(text("tile-reward")).toContain("vs 0");
  });

  it("compares with the pinned step in numbers and one sentence", async () => {
    open();
    await vi.waitFor(() => expect(text("sharpening")).toContain("Pin a step"));
    act(() => root.querySelector<HTMLElement>('[data-testid="pin-first"]')?.click());
    expect(selection.value.pin).toBe(0);
    await vi.waitFor(() =>
      expect(text("sharpening")).toContain("Sharper: from step 0 to step 10 std went from 0.9 to 0.2"),
    );
  });

  it("says what went wrong in the panel that needs the answer", async () => {
    vi.stubGlobal("fetch", async () => new Response("metric=x is not known", { status: 400 }));
    open();
    await vi.waitFor(() => expect(text("panel-marks")).toContain("Could not be read: metric=x is not known"));
    expect(card("reward")).not.toBeNull();
  });
});
