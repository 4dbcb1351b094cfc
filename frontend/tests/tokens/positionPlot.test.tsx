// @vitest-environment jsdom

import { signal } from "@preact/signals";
import { render } from "preact";
import { act } from "preact/test-utils";
import type uPlot from "uplot";
import { beforeEach, expect, it, vi } from "vitest";

const { made } = vi.hoisted(() => ({ made: [] as uPlot.Options[] }));
vi.mock("uplot", () => ({
  default: class {
    over = document.createElement("div");
    hooks = {};
    constructor(options: uPlot.Options) {
      made.push(options);
    }
    destroy() {}
    redraw() {}
  },
}));
const { chartPalette } = await import("../../src/charts/shared/chartColours");
const { widestText } = await import("../../src/charts/scales/axisLabels");
const { PositionPlot } = await import("../../src/tokens/positions/PositionPlot");
const { TokenViewState } = await import("../../src/tokens/shared/tokenViewState");
const { tokens } = await import("./fixtures");

class NeverResized {
  observe() {}
  disconnect() {}
}

beforeEach(() => {
  made.length = 0;
  vi.stubGlobal("ResizeObserver", NeverResized);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(400);
});

type Size = (plot: null, labels: string[] | null) => number;
type Values = (plot: null, splits: number[]) => string[];

it("gives the numbers beside the chart the room that they need, and tells them apart", () => {
  const root = document.createElement("div");
  const line = { metric: "k3", numbers: [1e-7, -3e-7], colour: "policy" as const, dashed: false };
  const viewState = new TokenViewState(tokens(["a", "b"]), signal("log_ratio"));
  act(() => render(<PositionPlot viewState={viewState} lines={[line]} />, root));
  const [across, beside] = (made[0]?.axes ?? []) as unknown as { size: Size; values: Values }[];
  const labels = ["-0.00012345", "-1.0000025", "0"];
  expect(beside?.size(null, labels)).toBeGreaterThan(widestText(labels, chartPalette().font));
  expect(beside?.size(null, null)).toBe(0);
  expect(beside?.values(null, [1.00001, 1.00002])).toEqual(["1.00001", "1.00002"]);
  expect(across?.values(null, [0, 10_000])).toEqual(["0", "10,000"]);
});
