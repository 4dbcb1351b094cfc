// @vitest-environment jsdom

import type uPlot from "uplot";
import { expect, test, vi } from "vitest";
import { bandRows, belowBands, type StepBand, StepBands } from "../../src/charts/curves/StepBands";

const plotOf = (min: number, max: number) =>
  ({
    over: document.createElement("div"),
    scales: { x: { min, max } },
    valToPos: (step: number) => (step - min) * 10,
  }) as unknown as uPlot;

const band = (from: number, to: number, more: Partial<StepBand> = {}): StepBand => ({
  ...{ from, to, kind: "error", title: "<b>odd</b>", isShaded: false, onOpen: vi.fn() },
  ...more,
});

test("bands lie where their steps are, cut to what is shown; a single step is seen", () => {
  const plot = plotOf(10, 30);
  const bands = [band(5, 12), band(20, 20, { isShaded: true }), band(31, 40)];
  new StepBands().place(plot, bands);
  const shown = [...plot.over.children] as HTMLElement[];
  expect(shown.map(({ style, hidden }) => [style.left, style.width, hidden])).toEqual([
    ["0px", "20px", false],
    ["99px", "3px", false],
    ["", "", true],
  ]);
  expect(shown[0]?.title).toBe("<b>odd</b>");
  expect(shown.map((element) => element.className.includes("chart-band-shaded"))).toEqual([
    false,
    true,
    false,
  ]);
});

test("a click opens what the band stands for, and the plot hears nothing of it", () => {
  const plot = plotOf(0, 30);
  const bands = [band(5, 12)];
  const heard = vi.fn();
  for (const type of ["click", "mousedown", "dblclick"]) plot.over.addEventListener(type, heard);
  new StepBands().place(plot, bands);
  for (const type of ["mousedown", "click", "dblclick"])
    plot.over.firstElementChild?.dispatchEvent(new MouseEvent(type, { bubbles: true }));
  expect(bands[0]?.onOpen).toHaveBeenCalledOnce();
  expect(heard).not.toHaveBeenCalled();
});

test("other bands take the place of the old ones; the same ones are moved only", () => {
  const plot = plotOf(0, 30);
  const made = new StepBands();
  const bands = [band(5, 12)];
  made.place(plot, bands);
  const element = plot.over.firstElementChild;
  made.place(plot, bands);
  expect(plot.over.firstElementChild).toBe(element);
  made.place(plot, []);
  expect(plot.over.children).toHaveLength(0);
});

test("bands over each other have rows of their own, three at most", () => {
  expect(bandRows([band(0, 10), band(5, 6), band(20, 30), band(6, 25), band(0, 30)])).toEqual([
    0, 1, 0, 2, 2,
  ]);
});

test("a plot goes on above its values by what the bands take, so that none hides its curve", () => {
  expect(belowBands([1, 3], [], 128)).toEqual([1, 3]);
  // Two rows of 5 of 100 pixels: the values have the other 90.
  const [low, high] = belowBands([1, 3], [band(5, 12), band(6, 9), band(20, 30)], 128);
  expect(low).toBe(1);
  expect((3 - low) / (high - low)).toBeCloseTo(0.9);
});
