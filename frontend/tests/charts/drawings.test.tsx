// @vitest-environment jsdom

import { act } from "preact/test-utils";
import { describe, expect, it, vi } from "vitest";
import { Histogram } from "../../src/charts/distribution/Histogram";
import { SampleBars } from "../../src/charts/samples/SampleBars";
import { SampleDots } from "../../src/charts/samples/SampleDots";
import { ChartTable, MAX_ROWS } from "../../src/charts/shared/ChartTable";
import { all, drawInPlace, one, press, show } from "./drawing";

drawInPlace();

describe("drawings of samples", () => {
  const marks = [5, -2, 3].map((value, index) => ({
    id: `s${index}`,
    index,
    value,
    reference: index === 0 ? 1 : null,
  }));
  const common = { label: "Rewards", height: 100, selected: null };

  it("draw one dot per value and open the nearest sample", () => {
    const opened = vi.fn();
    show(
      <SampleDots {...common} marks={marks} describe={(mark) => `sample ${mark.index}`} onOpen={opened} />,
    );
    const [reference, policy] = [...all(".chart-dots")].map((path) => path.getAttribute("d") ?? "");
    expect(reference?.match(/M/g)).toHaveLength(1);
    expect(policy?.match(/M/g)).toHaveLength(3);
    const svg = one<SVGElement>("svg");
    act(() => {
      svg.dispatchEvent(new MouseEvent("click", { clientX: 46 + 346 * 0.5, clientY: 50, bubbles: true }));
    });
    expect(opened).toHaveBeenCalledExactlyOnceWith("s1");
  });

  it("have whole numbers below them, however few they are", () => {
    show(<SampleDots {...common} marks={marks} describe={() => ""} onOpen={vi.fn()} />);
    const below = () =>
      [...all(".chart-axes text[text-anchor=middle]")].map(({ textContent }) => textContent);
    expect(below()).toEqual(["0", "1", "2"]);
    const bars = marks.map((mark) => ({ ...mark, value: mark.value }));
    show(<SampleBars {...common} bars={bars} beside={null} describe={() => ""} onOpen={vi.fn()} />);
    expect(below()).toEqual(["0", "1", "2"]);
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
    show(<SampleBars {...common} bars={bars} beside={null} describe={() => ""} onOpen={vi.fn()} />);
    const paths = [...all("path")];
    expect(paths.map((path) => path.getAttribute("fill"))).toEqual([
      "var(--pos)",
      "var(--neg)",
      "var(--text-2)",
    ]);
    expect(paths.every((path) => path.getAttribute("d")?.match(/M/g)?.length === 1)).toBe(true);
  });

  it("lay the gaps of another step over them from end to end, on the same axis", () => {
    const bars = [-2, 3].map((value, index) => ({ id: `s${index}`, index, value, reference: null }));
    show(<SampleBars {...common} bars={bars} beside={[-9, 0, 1, 2]} describe={() => ""} onOpen={vi.fn()} />);
    const line = one(".chart-beside").getAttribute("d") ?? "";
    const places = line.split(/[MLH]/).slice(1).map(Number.parseFloat);
    // Each of four values is half as wide as one of two bars.
    const [start, end] = [places[0] as number, places.at(-1) as number];
    expect(places[1]).toBeCloseTo(start + (end - start) / 4, 1);
    // The lowest of all is drawn below the lowest bar, and on the chart.
    const lowest = Number(line.match(/^M\S+ ([\d.]+)/)?.[1]);
    const bar = Number(
      one("path[fill='var(--neg)']")
        .getAttribute("d")
        ?.match(/V([\d.]+)/)?.[1],
    );
    expect(lowest).toBeGreaterThan(bar);
    expect(lowest).toBeLessThan(common.height);
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
    const [own, pinned] = [...all("path")].map((path) => path.getAttribute("d") ?? "");
    const height = (d: string | undefined) => d?.match(/V([\d.]+)/g);
    // The same shares in reverse order stand equally high, though one has ten times the samples.
    expect(height(own)?.[0]).toBe(height(pinned)?.[1]);
    expect(height(own)?.[1]).toBe(height(pinned)?.[0]);
  });
});

describe("Histogram of one distribution", () => {
  it("stands on a scale of numbers: eight values of twenty are eight, however narrow their bin", () => {
    const counts = [12, 8];
    const shape = {
      key: "own",
      label: "own",
      colour: "pos",
      filled: true,
      counts,
      total: 20,
      curve: null,
    } as const;
    const props = {
      label: "differences",
      height: 100,
      edges: [0, 0.01, 0.02],
      curveX: [],
      describe: () => "",
    };
    const ticks = () => [...all("text")].map((tick) => Number(tick.textContent)).filter((tick) => tick > 1);
    const bars = { bars: true, curve: false };
    show(<Histogram {...props} shapes={[shape]} show={bars} heights="count" />);
    expect(Math.max(...ticks())).toBeGreaterThan(5);
    expect(Math.max(...ticks())).toBeLessThanOrEqual(12.6);
    show(<Histogram {...props} shapes={[shape]} show={bars} />);
    expect(Math.max(...ticks())).toBeGreaterThan(40);
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
        thinnedText={said}
      />,
    );
    const rows = [...all("tbody tr")];
    expect(rows.length).toBeLessThanOrEqual(MAX_ROWS + 1);
    expect(one(".chart-row-marked th").textContent).toBe("1234");
    expect(one("caption").textContent).toBe(`Rewards · ${rows.length} of 5000`);
  });
});
