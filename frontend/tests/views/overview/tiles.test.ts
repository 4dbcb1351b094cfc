import { describe, expect, it } from "vitest";
import type { Steps, Summary } from "../../../src/api/answers";
import {
  expectedAt,
  isDeviating,
  tileSeverity,
  usualOfScanty,
} from "../../../src/views/overview/tiles/deviation";
import { tilesOf } from "../../../src/views/overview/tiles/tileCatalogue";
import { tileChange, tileValue } from "../../../src/views/overview/tiles/tileWords";

const count = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("what was to be expected of a step", () => {
  it("is where the first half of the steps before it lay, with room", () => {
    // GIVEN 0 … 39; of the 20 values before half of step 40, p5 is 1 and p95 is 18, and the room is 2 · 17.
    expect(expectedAt(count(80), 40, 0)).toEqual({ low: -33, high: 52 });
  });

  it("has a least width where nothing has ever changed", () => {
    const zeros = count(40).map(() => 0);
    expect(expectedAt(zeros, 39, 0.02)).toEqual({ low: -0.04, high: 0.04 });
  });

  it("is not known after few steps, nor of steps without a number", () => {
    expect(expectedAt(count(40), 14, 0)).toBeNull();
    expect(
      expectedAt(
        count(40).map(() => null),
        39,
        0,
      ),
    ).toBeNull();
  });

  it("stays with the level that was left, and with a course that goes on", () => {
    const shifted = count(120).map((step) => (step < 80 ? 0.01 + (step % 2) / 1000 : 0.09));
    expect(isDeviating(0.09, expectedAt(shifted, 119, 0), "up")).toBe(true);
    expect(isDeviating(119, expectedAt(count(120), 119, 0), "both")).toBe(false);
    // Stairs of 200 steps, at the foot of a new one.
    const stairs = count(1201).map((step) => 9 + 3 * Math.floor(step / 200));
    expect(isDeviating(27, expectedAt(stairs, 1200, 0), "both")).toBe(false);
  });

  it("says nothing of a newest step that has less than half of the usual samples", () => {
    expect(usualOfScanty([64, 64, 64, 7], 3)).toBe(64);
    expect(usualOfScanty([64, 8, 64, 32], 3)).toBeNull();
    expect(usualOfScanty([64, 64, 64, null], 3)).toBe(64);
    expect(usualOfScanty([7], 0)).toBeNull();
    // Nothing more comes of a step that others have followed.
    expect(usualOfScanty([64, 64, 7, 64, 64, 64], 2)).toBeNull();
  });

  it("is never louder than a finding where it is only unusual", () => {
    expect(tileSeverity(undefined, true, false)).toBe("warning");
    expect(tileSeverity("warning", true, false)).toBe("warning");
    expect(tileSeverity("error", false, false)).toBe("error");
    expect(tileSeverity(undefined, false, true)).toBe("error");
    expect(tileSeverity("info", false, false)).toBeNull();
    expect(tileSeverity(undefined, false, false)).toBeNull();
  });

  it("matters in the direction that is bad", () => {
    const expected = { low: 1, high: 2 };
    const told = (value: number | null) =>
      (["up", "down", "both", "never"] as const).map((bad) => isDeviating(value, expected, bad));
    expect(told(3)).toEqual([true, false, true, false]);
    expect(told(0)).toEqual([false, true, true, false]);
    expect(told(null)).toEqual([false, false, false, false]);
  });
});

describe("tiles", () => {
  const steps = (metrics: Record<string, Partial<Summary>>, step_metrics: Steps["step_metrics"]): Steps =>
    ({ step: [0, 1], metrics, step_metrics }) as unknown as Steps;

  it("are those that the log has numbers for", () => {
    const all = steps(
      {
        reward: { mean: [0, 1] },
        n_chars: { mean: [5, 6] },
        nonfinite: { sum: [0, 0] },
        k3_mean: { mean: [null, null] },
      },
      { duplicate_share: [0.25, null], n_samples: [4, 4] },
    );
    const tiles = tilesOf(all, "k3_mean");
    expect(tiles.map(({ id }) => id)).toEqual(["reward", "length", "distinct", "samples"]);
    expect(tiles.find(({ id }) => id === "distinct")?.values).toEqual([0.75, null]);
  });

  it("say of a length and of what stands for entropy what it is, and in what unit", () => {
    const labels = (metrics: Record<string, Partial<Summary>>) =>
      tilesOf(steps(metrics, {}), "k3_mean").map(({ label }) => label);
    const [tokens, characters] = [{ n_tokens: { mean: [5, 6] } }, { n_chars: { mean: [5, 6] } }];
    const [entropy, surprise] = [{ entropies_mean: { mean: [1, 1] } }, { surprise_mean: { mean: [2, 2] } }];
    expect(labels({ ...characters, ...tokens, ...surprise, ...entropy })).toEqual([
      "overview.tile.n_tokens",
      "overview.tile.entropies_mean",
    ]);
    expect(labels({ ...characters, ...surprise })).toEqual([
      "overview.tile.n_chars",
      "overview.tile.surprise_mean",
    ]);
  });

  it("count what is not finite once there is any", () => {
    const [tile] = tilesOf(steps({ nonfinite: { sum: [0, 3], mean: [0, 0.5] } }, {}), "k3_mean");
    expect([tile?.id, tile?.values[1]]).toEqual(["nonfinite", 3]);
  });

  it("write shares as per cent and their change in points", () => {
    expect(tileValue(0.546875, "share")).toBe("54.7 %");
    expect(tileChange(0.3, 0.1, "share")).toBe("+20 pp");
    expect(tileChange(0.3, 0.1, "number")).toBe("+0.2");
    // Below every digit that is shown of its numbers; small numbers keep their small changes.
    expect(tileChange(1, 1 - 1e-10, "number")).toBe("0");
    expect(tileChange(2e-10, 1e-10, "number")).toBe("+1.00e-10");
    expect(tileChange(null, 0.1, "number")).toBe("");
    expect(tileValue(12_345, "count")).toBe("12,345");
    expect(tileValue(null, "count")).toBe("–");
  });
});
