// @vitest-environment node
import { describe, expect, it } from "vitest";
import { BUCKETS, contrast, PLAIN, palette, type Rgb } from "../../src/lib/heatmapColours";

const THEMES = ["light", "dark"] as const;
const READABLE = 4.5;

describe("contrast", () => {
  it("is WCAG's", () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
    expect(contrast([255, 255, 255], [118, 118, 118])).toBeCloseTo(4.54, 2);
    expect(contrast([9, 9, 9], [9, 9, 9])).toBe(1);
  });
});

describe.each(THEMES)("the %s palettes", (theme) => {
  it("keep token text readable on every colour", () => {
    for (const name of ["diverging", "ramp"] as const) {
      for (const colour of palette(name, theme)) {
        expect(contrast(colour, PLAIN[theme].ink), `${name} ${colour}`).toBeGreaterThanOrEqual(READABLE);
      }
    }
  });

  it("keep it readable on grey and on both stripes", () => {
    const { ink, grey, hatch } = PLAIN[theme];
    expect(contrast(grey.ink, grey.paper)).toBeGreaterThanOrEqual(READABLE);
    for (const stripe of hatch) expect(contrast(ink, stripe)).toBeGreaterThanOrEqual(READABLE);
  });

  it("have a neutral middle and two ends that differ in hue, not only in lightness", () => {
    const colours = palette("diverging", theme);
    const [low, middle, high] = [colours[0], colours[(BUCKETS - 1) / 2], colours[BUCKETS - 1]] as [
      Rgb,
      Rgb,
      Rgb,
    ];
    expect(Math.max(...middle) - Math.min(...middle)).toBeLessThanOrEqual(1);
    expect(low[2]).toBeGreaterThan(low[0] + 40);
    expect(high[0]).toBeGreaterThan(high[2] + 40);
  });

  it("go evenly: no two neighbours look alike, no step is a jump", () => {
    const steps = palette("ramp", theme)
      .slice(1)
      .map((colour, i) => {
        const before = palette("ramp", theme)[i] as Rgb;
        return Math.hypot(...colour.map((channel, k) => channel - (before[k] as number)));
      });
    expect(Math.min(...steps)).toBeGreaterThan(1);
    expect(Math.max(...steps)).toBeLessThan(12);
  });
});
