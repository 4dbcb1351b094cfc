// @vitest-environment node
import { describe, expect, it } from "vitest";
import { valueLines } from "../../src/tokens/critic/valueLines";
import { colourCodes } from "../../src/tokens/shared/colourCodes";
import { strongestPerPixel } from "../../src/tokens/strip/stripPainting";
import { data, SCALE } from "./fixtures";

it("the strip shows the strongest of the tokens that share a pixel, and covers every pixel", () => {
  const tokens = data(new Array(1000).fill("x"), {
    k: Array.from({ length: 1000 }, (_, i) => (i === 501 ? 1 : 0)),
  });
  const strongest = strongestPerPixel(colourCodes(tokens, "k", SCALE), SCALE, 100);
  expect(strongest[50]).toBe(501);
  expect(strongest.every((i) => i >= 0)).toBe(true);
  const short = data(["a", "b"], { k: [0, 1] });
  expect([...strongestPerPixel(colourCodes(short, "k", SCALE), SCALE, 4)]).toEqual([0, 0, 1, 1]);
});

describe("value lines", () => {
  it("say what is missing", () => {
    expect(valueLines(data(["a"], { logprobs: [0] })).needs).toEqual(["values", "token_rewards"]);
    expect(valueLines(data(["a"], { values: [0] })).needs).toEqual(["token_rewards"]);
  });

  it("leave gaps for missing numbers and count those that cannot be drawn", () => {
    const tokens = data(
      ["a", "b", "c"],
      { values: [1, Number.NaN, Infinity], return_to_go: [1, 2, 3], returns: [9, 9, 9] },
      { missing: { values: [[1, 2]] } },
    );
    const { lines, nonFinite } = valueLines(tokens);
    expect(lines.map((line) => line.metric)).toEqual(["values", "return_to_go", "returns"]);
    expect(lines[0]?.numbers).toEqual([1, null, null]);
    expect(nonFinite).toBe(1);
  });
});
