import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CurveChart, type CurveChartProps } from "../../src/charts/curves/CurveChart";
import type { CurveLine } from "../../src/charts/curves/plotColumns";
import { Histogram } from "../../src/charts/distribution/Histogram";
import { SampleBars } from "../../src/charts/samples/SampleBars";
import { SampleDots } from "../../src/charts/samples/SampleDots";
import { ChartTable, MAX_ROWS } from "../../src/charts/shared/ChartTable";

interface Drawn {
  data: (readonly (number | null | undefined)[])[];
  over: HTMLElement;
  setData: ReturnType<typeof vi.fn>;
  redraw: ReturnType<typeof vi.fn>;
  select: { left: number; width: number };
  cursor: { left: number };
  options: {
    hooks: { setSelect: ((plot: unknown) => void)[] };
    scales: { x: { range: (plot: unknown) => number[] } };
  };
}

const plots: Drawn[] = vi.hoisted(() => []);

// jsdom has no canvas: what is drawn is uPlot's business, what we give it and what we do with its events is ours.
vi.mock("uplot", () => ({
  default: class {
    over = document.createElement("div");
    select = { left: 0, width: 0 };
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

let root: HTMLElement;

beforeEach(() => {
  plots.length = 0;
  root = document.createElement("div");
  document.body.replaceChildren(root);
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(400);
  vi.stubGlobal("requestAnimationFrame", (run: () => void) => {
    run();
    return 0;
  });
});

afterEach(() => {
  act(() => render(null, root));
});

const show = (what: preact.JSX.Element) => act(() => render(what, root));
const one = <T extends Element = HTMLElement>(query: string): T => {
  const found = root.querySelector<T>(query);
  if (!found) throw new Error(`nothing matches ${query}`);
  return found;
};
const press = (element: Element, key: string) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  act(() => {
    element.dispatchEvent(event);
  });
  return event;
};

describe("Curve", () => {
  const lines: CurveLine[] = [
    { key: "r", label: "policy", colour: "policy", values: [1, 2, 3, 4], band: null },
  ];
  const told = { step: vi.fn(), range: vi.fn(), reset: vi.fn(), move: vi.fn() };
  const props: CurveChartProps = {
    label: "Mean reward. policy: smallest 1, largest 4, last 4",
    x: [0, 10, 20, 30],
    lines,
    smoothing: 0,
    range: null,
    selected: 10,
    pinned: null,
    height: 100,
    format: String,
    formatX: String,
    onStep: told.step,
    onRange: told.range,
    onReset: told.reset,
    onMove: told.move,
  };
  const plot = () => plots.at(-1) as Drawn;
  const mouse = (type: string, detail = 1) => plot().over.dispatchEvent(new MouseEvent(type, { detail }));

  beforeEach(() => {
    for (const spy of Object.values(told)) spy.mockClear();
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

  it("selects the step under a click and gives the old one back after a double click", () => {
    show(<CurveChart {...props} />);
    plot().cursor.left = 210;
    mouse("click", 1);
    expect(told.step).toHaveBeenCalledExactlyOnceWith(20);
    show(<CurveChart {...props} selected={20} />);
    mouse("click", 2);
    mouse("dblclick", 2);
    expect(told.step).toHaveBeenCalledOnce();
    expect(told.reset).toHaveBeenCalledExactlyOnceWith(10);
  });

  it("turns a brush into a range of steps, and one without width into nothing", () => {
    show(<CurveChart {...props} />);
    plot().select = { left: 100, width: 110 };
    plot().options.hooks.setSelect[0]?.(plot());
    expect(told.range).toHaveBeenCalledExactlyOnceWith(10, 20);
    plot().select = { left: 100, width: 10 };
    plot().options.hooks.setSelect[0]?.(plot());
    expect(told.range).toHaveBeenCalledOnce();
  });

  it("moves the lines of the steps without drawing the curves again", () => {
    show(<CurveChart {...props} pinned={0} />);
    show(<CurveChart {...props} selected={30} pinned={0} />);
    expect(plots).toHaveLength(1);
    expect(plot().setData).not.toHaveBeenCalled();
    expect(one(".chart-marker-selected").style.transform).toBe("translateX(300px)");
    expect(one(".chart-marker-pinned").style.transform).toBe("translateX(0px)");
    show(<CurveChart {...props} selected={31} />);
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
    expect(plot().options.scales.x.range({ data: [[7]] })).toEqual([6.5, 7.5]);
    show(<CurveChart {...props} lines={lines.map((line) => ({ ...line, colour: "pos" as const }))} />);
    expect(plots).toHaveLength(2);
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

describe("drawings of samples", () => {
  const marks = [5, -2, 3].map((value, index) => ({
    id: `s${index}`,
    index,
    value,
    reference: index === 0 ? 1 : null,
  }));
  const common = { label: "Rewards", height: 100, selected: null, format: String };

  it("draw one dot per value and open the nearest sample", () => {
    const opened = vi.fn();
    show(
      <SampleDots {...common} marks={marks} describe={(mark) => `sample ${mark.index}`} onOpen={opened} />,
    );
    const [reference, policy] = [...root.querySelectorAll(".chart-dots")].map(
      (path) => path.getAttribute("d") ?? "",
    );
    expect(reference?.match(/M/g)).toHaveLength(1);
    expect(policy?.match(/M/g)).toHaveLength(3);
    const svg = one<SVGElement>("svg");
    act(() => {
      svg.dispatchEvent(new MouseEvent("click", { clientX: 46 + 346 * 0.5, clientY: 50, bubbles: true }));
    });
    expect(opened).toHaveBeenCalledExactlyOnceWith("s1");
  });

  it("are walked by keyboard, said aloud, and opened by Enter", () => {
    const opened = vi.fn();
    show(
      <SampleDots {...common} marks={marks} describe={(mark) => `sample ${mark.index}`} onOpen={opened} />,
    );
    const svg = one("svg");
    press(svg, "Enter");
    expect(opened).not.toHaveBeenCalled();
    press(svg, "ArrowRight");
    press(svg, "ArrowRight");
    expect(one(".chart-line").textContent).toBe("sample 1");
    press(svg, "Enter");
    expect(opened).toHaveBeenCalledExactlyOnceWith("s1");
  });

  it("give gaps above, below and at zero their own colours", () => {
    const bars = [-2, 0, 3].map((value, index) => ({ id: `s${index}`, index, value, reference: null }));
    show(<SampleBars {...common} bars={bars} describe={() => ""} onOpen={vi.fn()} />);
    const paths = [...root.querySelectorAll("path")];
    expect(paths.map((path) => path.getAttribute("fill"))).toEqual([
      "var(--pos)",
      "var(--neg)",
      "var(--text-2)",
    ]);
    expect(paths.every((path) => path.getAttribute("d")?.match(/M/g)?.length === 1)).toBe(true);
  });

  it("draw compared distributions to one scale", () => {
    const shape = {
      key: "p",
      label: "policy",
      colour: "policy",
      filled: true,
      counts: [1, 3],
      total: 4,
      curve: [0.2, 0.4],
    } as const;
    const other = {
      ...shape,
      key: "o",
      label: "pinned",
      colour: "pin",
      filled: false,
      counts: [30, 10],
      total: 40,
    } as const;
    const props = {
      label: "Spread",
      height: 100,
      edges: [0, 1, 2],
      shapes: [shape, other],
      curveX: [0, 2],
      format: String,
    };
    show(<Histogram {...props} show={{ bars: true, curve: false }} describe={() => ""} />);
    const [own, pinned] = [...root.querySelectorAll("path")].map((path) => path.getAttribute("d") ?? "");
    const height = (d: string | undefined) => d?.match(/V([\d.]+)/g);
    // The same shares in reverse order stand equally high, though one has ten times the samples.
    expect(height(own)?.[0]).toBe(height(pinned)?.[1]);
    expect(height(own)?.[1]).toBe(height(pinned)?.[0]);
  });
});

describe("ChartTable", () => {
  it("thins long tables, says so, and keeps the marked row", () => {
    const said = vi.fn((shown: number, total: number) => `${shown} of ${total}`);
    show(
      <ChartTable
        caption="Rewards"
        heads={["step", "policy"]}
        rows={5000}
        cells={(row) => [String(row), "1"]}
        marked={[1234]}
        height={100}
        saidThinned={said}
      />,
    );
    const rows = [...root.querySelectorAll("tbody tr")];
    expect(rows.length).toBeLessThanOrEqual(MAX_ROWS + 1);
    expect(one(".chart-row-marked th").textContent).toBe("1234");
    expect(one("caption").textContent).toBe(`Rewards · ${rows.length} of 5000`);
  });
});
