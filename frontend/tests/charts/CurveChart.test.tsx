// @vitest-environment jsdom

import { signal } from "@preact/signals";
import { act } from "preact/test-utils";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { CurveChart, type CurveChartProps } from "../../src/charts/curves/CurveChart";
import type { CurveLine } from "../../src/charts/curves/plotColumns";
import { valueScale } from "../../src/charts/scales/valueScale";
import { drawInPlace, one, press, show } from "./drawing";

interface Box {
  left: number;
  width: number;
  top: number;
  height: number;
}

interface Drawn {
  data: (readonly (number | null | undefined)[])[];
  over: HTMLElement;
  setData: ReturnType<typeof vi.fn>;
  redraw: ReturnType<typeof vi.fn>;
  select: Box;
  cursor: { left: number };
  options: {
    hooks: { setSelect: ((plot: unknown) => void)[] };
    scales: { x: { range: (plot: unknown) => number[] }; y: { range: () => number[] } };
  };
}

const plots: Drawn[] = vi.hoisted(() => []);

// jsdom has no canvas: what is drawn is uPlot's business, what we give it and what we do with its events is ours.
vi.mock("uplot", () => ({
  default: class {
    over = document.createElement("div");
    select = { left: 0, width: 0, top: 0, height: 0 };
    cursor = { left: 0, idx: null };
    scales = { x: { min: 0, max: 30 } };
    width = 400;
    height = 100;
    setData = vi.fn();
    redraw = vi.fn();
    setSize = vi.fn();
    setSelect = vi.fn();
    destroy = vi.fn();
    posToIdx = (left: number) => Math.round(left / 100);
    posToVal = (place: number, axis: string) => (axis === "x" ? place / 10 : 50 - place);
    valToPos = (value: number) => value * 10;
    constructor(
      public options: unknown,
      public data: unknown,
      host: HTMLElement,
    ) {
      host.append(this.over);
      plots.push(this as unknown as Drawn);
    }
  },
}));

drawInPlace();
beforeEach(() => {
  plots.length = 0;
});

describe("Curve", () => {
  const lines: CurveLine[] = [
    { key: "r", label: "policy", colour: "policy", values: [1, 2, 3, 4], band: null },
  ];
  const told = {
    step: vi.fn(),
    range: vi.fn(),
    values: vi.fn(),
    bucket: vi.fn(),
    open: vi.fn(),
    move: vi.fn(),
  };
  const selected = signal<number | null>(10);
  const pinned = signal<number | null>(null);
  const props: CurveChartProps = {
    label: "Mean reward. policy: smallest 1, largest 4, last 4",
    x: [0, 10, 20, 30],
    lines,
    smoothing: 0,
    range: null,
    scale: valueScale("linear", []),
    view: { drawn: [0, 50], values: [0, 50], usual: null, marks: [] },
    selected,
    pinned,
    bands: [],
    height: 100,
    formatX: String,
    onBucket: told.bucket,
    onStep: told.step,
    onRange: told.range,
    onValues: told.values,
    onOpen: told.open,
    onMove: told.move,
  };
  const plot = () => plots.at(-1) as Drawn;
  const mouse = (type: string, detail = 1) => plot().over.dispatchEvent(new MouseEvent(type, { detail }));

  beforeEach(() => {
    for (const spy of Object.values(told)) spy.mockClear();
    [selected.value, pinned.value] = [10, null];
  });

  it("is one image with words and walks the steps by keyboard", () => {
    show(<CurveChart {...props} />);
    const image = one('[role="img"]');
    expect(image.getAttribute("aria-label")).toBe(props.label);
    expect(image.tabIndex).toBe(0);
    expect(press(image, "ArrowRight").defaultPrevented).toBe(true);
    press(image, "Home");
    expect(told.move.mock.calls).toEqual([[1], [Number.NEGATIVE_INFINITY]]);
    expect(press(image, "j").defaultPrevented).toBe(false);
  });

  it("selects the step under a click and opens it by a double click", () => {
    show(<CurveChart {...props} />);
    plot().cursor.left = 210;
    mouse("click", 1);
    expect(told.step).toHaveBeenCalledExactlyOnceWith(20);
    expect(told.open).not.toHaveBeenCalled();
    mouse("click", 2);
    mouse("dblclick", 2);
    expect(told.step).toHaveBeenCalledOnce();
    expect(told.open).toHaveBeenCalledExactlyOnceWith(20);
  });

  it("does at the selected step by Enter what a click does, and by Shift and Enter what a double click does", () => {
    show(<CurveChart {...props} />);
    const image = one('[role="img"]');
    expect(press(image, "Enter").defaultPrevented).toBe(true);
    expect(told.step).toHaveBeenCalledExactlyOnceWith(10);
    act(() => {
      image.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", shiftKey: true, bubbles: true }));
    });
    expect(told.open).toHaveBeenCalledExactlyOnceWith(10);
    expect(told.step).toHaveBeenCalledOnce();
    selected.value = null;
    expect(press(image, "Enter").defaultPrevented).toBe(false);
  });

  it("turns a brush into a range of steps, and one without width into nothing", () => {
    show(<CurveChart {...props} />);
    // The plot is 400 pixels wide: uPlot gives a drag along the steps the whole height, which jsdom says is 0.
    plot().select = { left: 100, width: 110, top: 0, height: 1 };
    plot().options.hooks.setSelect[0]?.(plot());
    expect(told.range).toHaveBeenCalledExactlyOnceWith(10, 20);
    plot().select = { left: 100, width: 10, top: 0, height: 1 };
    plot().options.hooks.setSelect[0]?.(plot());
    expect(told.range).toHaveBeenCalledOnce();
  });

  it("turns a drag along the values into a range of values, and keeps the steps", () => {
    show(<CurveChart {...props} scale={valueScale("log", [1, 100])} />);
    Object.defineProperty(plot().over, "clientHeight", { value: 100 });
    // GIVEN 49 and 48 pixels from the top, which are the heights 1 and 2 here: 10 and 100 on a log scale
    plot().select = { left: 0, width: 400, top: 48, height: 1 };
    plot().options.hooks.setSelect[0]?.(plot());
    expect(told.values).toHaveBeenCalledExactlyOnceWith(10, 100);
    expect(told.range).not.toHaveBeenCalled();
  });

  it("draws from end to end of the values that it is told", () => {
    show(<CurveChart {...props} />);
    expect(plot().options.scales.y.range()).toEqual([0, 50]);
    show(<CurveChart {...props} view={{ drawn: [2, 3], values: [2, 3], usual: null, marks: [] }} />);
    expect(plot().setData).toHaveBeenCalledOnce();
    expect(plot().options.scales.y.range()).toEqual([2, 3]);
  });

  it("draws again where bands come, which take rows above the curve", () => {
    show(<CurveChart {...props} height={128} />);
    const band = { from: 0, to: 10, kind: "error", title: "", isShaded: false, onOpen: () => undefined };
    show(<CurveChart {...props} height={128} bands={[band]} />);
    expect(plot().setData).toHaveBeenCalledOnce();
    expect(plot().options.scales.y.range()[1]).toBeCloseTo(50 / 0.95);
    show(<CurveChart {...props} height={128} bands={[{ ...band, to: 20 }]} />);
    expect(plot().setData).toHaveBeenCalledOnce();
  });

  it("moves the lines of the steps without drawing the curves again", () => {
    pinned.value = 0;
    show(<CurveChart {...props} />);
    // At once: in a callback of the frame the page would be laid out a second time.
    const frame = vi.fn();
    vi.stubGlobal("requestAnimationFrame", frame);
    selected.value = 30;
    expect(plots).toHaveLength(1);
    expect(plot().setData).not.toHaveBeenCalled();
    expect(one(".chart-marker-selected").style.backgroundPositionX).toBe("300px");
    expect(one(".chart-marker-pinned").style.backgroundPositionX).toBe("0px");
    expect(frame).not.toHaveBeenCalled();
    [selected.value, pinned.value] = [31, null];
    expect(one(".chart-marker-selected").hidden).toBe(true);
    expect(one(".chart-marker-pinned").hidden).toBe(true);
  });

  it("gives new data to the same chart, and a new chart to other colours", () => {
    show(<CurveChart {...props} />);
    show(<CurveChart {...props} smoothing={0.5} />);
    expect(plot().setData).toHaveBeenCalledOnce();
    show(<CurveChart {...props} range={[10, 20]} />);
    expect(plot().options.scales.x.range(plot())).toEqual([10, 20]);
    show(<CurveChart {...props} />);
    expect(plot().options.scales.x.range(plot())).toEqual([0, 30]);
    show(<CurveChart {...props} x={[7]} />);
    expect(plot().options.scales.x.range(plot())).toEqual([6.5, 7.5]);
    show(<CurveChart {...props} lines={lines.map((line) => ({ ...line, colour: "pos" as const }))} />);
    expect(plots).toHaveLength(2);
  });

  it("draws a point for several steps where there are more steps than pixels, and still finds each step", () => {
    // GIVEN 1,000 steps on 400 − 50 pixels: a point for every 3 pixels is one for every 9 steps.
    const x = Array.from({ length: 1000 }, (_, i) => i);
    const dense = [{ ...(lines[0] as CurveLine), values: x }];
    show(<CurveChart {...props} x={x} lines={dense} />);
    expect(plot().data[0]).toHaveLength(112);
    expect(told.bucket).toHaveBeenLastCalledWith(9);
    plot().cursor.left = 210;
    mouse("click", 1);
    expect(told.step).toHaveBeenCalledExactlyOnceWith(21);
    show(<CurveChart {...props} x={x} lines={dense} range={[0, 100]} />);
    expect(told.bucket).toHaveBeenLastCalledWith(1);
    expect(plot().options.scales.x.range(plot())).toEqual([0, 100]);
  });

  it("says of a chart that is made anew what its points stand for, as of another", () => {
    const x = Array.from({ length: 1000 }, (_, i) => i);
    show(<CurveChart {...props} x={x} lines={[{ ...(lines[0] as CurveLine), values: x }]} />);
    expect(told.bucket).toHaveBeenLastCalledWith(9);
    show(null);
    show(<CurveChart {...props} />);
    expect(told.bucket).toHaveBeenLastCalledWith(1);
  });

  it("leaves charts to the next frame where those before have taken its time", () => {
    const waiting: FrameRequestCallback[] = [];
    vi.stubGlobal("requestAnimationFrame", (run: FrameRequestCallback) => waiting.push(run));
    const frame = (time: number) => {
      for (const run of waiting.splice(0)) run(time);
    };
    const now = vi.spyOn(performance, "now").mockReturnValue(1000);
    show(
      <>
        <CurveChart {...props} />
        <CurveChart {...props} />
        <CurveChart {...props} />
      </>,
    );
    // The first two are begun within 5 ms, the third is not.
    now.mockReturnValueOnce(1000).mockReturnValueOnce(1005).mockReturnValue(1006);
    frame(16);
    expect(plots).toHaveLength(2);
    frame(32);
    expect(plots).toHaveLength(3);
    now.mockRestore();
  });

  it("waits for a height: nothing is laid out in a hidden tab", () => {
    vi.stubGlobal("innerHeight", 0);
    show(<CurveChart {...props} />);
    expect(plots).toHaveLength(0);
    vi.stubGlobal("innerHeight", 500);
    act(() => {
      window.dispatchEvent(new Event("resize"));
    });
    expect(plots).toHaveLength(1);
  });

  it("repaints when the theme changes", async () => {
    show(<CurveChart {...props} />);
    const { chartPalette } = await import("../../src/charts/shared/chartColours");
    chartPalette();
    document.documentElement.dataset["theme"] = "dark";
    await vi.waitFor(() => expect(plot().redraw).toHaveBeenCalled());
  });
});
