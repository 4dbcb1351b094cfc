// @vitest-environment node
import { describe, expect, it } from "vitest";
import { beyond, bucketOf, position, quantile, robustScale, type Scale } from "../../src/lib/colourScale";
import { BUCKETS } from "../../src/lib/heatmapColours";

const LAST = BUCKETS - 1;
const present = (scale: Scale | null): Scale => {
  expect(scale).not.toBeNull();
  return scale as Scale;
};

describe("a signed scale", () => {
  it("is symmetric about zero, which has the middle colour", () => {
    const scale = present(robustScale([-1, -0.5, 0, 0.2, 3], "signed"));
    expect(scale.lo).toBe(-scale.hi);
    expect(bucketOf(scale, 0)).toBe(LAST / 2);
    expect(bucketOf(scale, -100)).toBe(0);
    expect(bucketOf(scale, 100)).toBe(LAST);
  });

  it("is not spoiled by one outlier, which lies beyond", () => {
    const numbers = Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    const scale = present(robustScale([...numbers, 1e6], "signed"));
    expect(scale.hi).toBeLessThan(1.1);
    expect(beyond(scale, 1e6)).toBe(1);
    expect(beyond(scale, -1e6)).toBe(-1);
    expect(beyond(scale, 0.5)).toBe(0);
  });

  it("shows the few that differ where nearly all are alike", () => {
    const sparse = new Float32Array(1000);
    sparse[999] = 1;
    expect(present(robustScale(sparse, "signed"))).toMatchObject({ lo: -1, hi: 1 });
  });
});

describe("a magnitude's scale", () => {
  it("starts at zero", () => {
    const scale = present(robustScale([2, 3, 4], "magnitude"));
    expect(scale).toMatchObject({ palette: "ramp", lo: 0 });
    expect(bucketOf(scale, 0)).toBe(0);
  });
});

describe("a probability's scale", () => {
  it("is the whole of 0 to 1, with the unlikely as the strong end", () => {
    const scale = present(robustScale([0.4, 0.6], "probability"));
    expect(scale).toMatchObject({ lo: 0, hi: 1, log: false });
    expect(bucketOf(scale, 1)).toBe(0);
    expect(bucketOf(scale, 0)).toBe(LAST);
  });

  it("tells small probabilities apart when logarithmic, and puts an exact 0 beyond", () => {
    const scale = present(robustScale([1e-6, 1e-3, 1], "probability", true));
    expect(bucketOf(scale, 1e-5) - bucketOf(scale, 1e-3)).toBeGreaterThan(LAST / 5);
    expect(position(scale, 1)).toBe(1);
    expect(beyond(scale, 0)).toBe(-1);
    expect(bucketOf(scale, 0)).toBe(LAST);
  });

  it("stays a scale where every probability is 1", () => {
    const scale = present(robustScale([1, 1, 1], "probability", true));
    expect(Number.isFinite(position(scale, 1))).toBe(true);
    expect(bucketOf(scale, 1)).toBe(0);
  });
});

describe("a log probability's scale", () => {
  it("ends at 0, the pale end", () => {
    const scale = present(robustScale([-5, -1, -0.01], "log_probability"));
    expect(scale.hi).toBe(0);
    expect(bucketOf(scale, 0)).toBe(0);
    expect(bucketOf(scale, -5)).toBe(LAST);
  });

  it("is pale for a column of exact zeros", () => {
    expect(bucketOf(present(robustScale([0, 0, 0], "log_probability")), 0)).toBe(0);
  });
});

describe("a value's scale", () => {
  it("diverges where values straddle zero and is a ramp where they do not", () => {
    expect(robustScale([-1, 0, 1], "value")?.palette).toBe("diverging");
    expect(robustScale([0.8, 0.85, 0.9], "value")).toMatchObject({ palette: "ramp" });
  });
});

describe.each(["signed", "magnitude", "probability", "log_probability", "count", "flag", "value"] as const)(
  "%s",
  (kind) => {
    it("has a usable scale for constants", () => {
      for (const constant of [0, 5, -5, 1e-30]) {
        const scale = present(robustScale([constant, constant], kind));
        expect(scale.lo).toBeLessThan(scale.hi);
        expect(bucketOf(scale, constant)).toBeGreaterThanOrEqual(0);
        expect(bucketOf(scale, constant)).toBeLessThanOrEqual(LAST);
      }
    });

    it("has none where no number is finite", () => {
      expect(robustScale([Number.NaN, Number.POSITIVE_INFINITY], kind)).toBeNull();
      expect(robustScale([], kind)).toBeNull();
    });

    it("ignores what is not finite", () => {
      const finite = robustScale([-1, -0.5], kind);
      expect(robustScale([Number.NaN, -1, -0.5, Number.NEGATIVE_INFINITY], kind)).toEqual(finite);
    });
  },
);

it("a float32 at the very end is not beyond it", () => {
  const row = Float32Array.from([0.1, 0.2, 0.3]);
  const scale: Scale = { palette: "ramp", lo: 0, hi: 0.3, log: false, strongLow: false };
  expect(beyond(scale, row[2] as number)).toBe(0);
});

it("quantiles are NumPy's", () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([0, 10], 0.01)).toBeCloseTo(0.1, 12);
  expect(quantile([7], 0.99)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});
