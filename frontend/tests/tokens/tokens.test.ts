import { describe, expect, it } from "vitest";
import { valueLines } from "../../src/tokens/critic/valueLines";
import { commonScale } from "../../src/tokens/matrix/commonScale";
import {
  COLUMN_WIDTH,
  poolSize,
  scrollToColumn,
  visibleColumns,
} from "../../src/tokens/matrix/visibleColumns";
import { BEYOND, CODE, colourClasses, colourCodes, unitCode } from "../../src/tokens/shared/colourCodes";
import { extremePositions, nextPosition } from "../../src/tokens/shared/extremeTokens";
import { chosenMetric, metricOptions, nextMetric } from "../../src/tokens/shared/metricOptions";
import {
  countedValues,
  type TokenData,
  type TokenMetric,
  unitSpan,
  unitsOf,
  valueAt,
} from "../../src/tokens/shared/responseTokens";
import { isInvisible, spelledOut, textPieces } from "../../src/tokens/shared/visibleText";
import { strongestPerPixel } from "../../src/tokens/strip/stripPainting";
import { blockIndex, cutBlocks, MAX_BLOCK_TOKENS, MIN_BLOCK_TOKENS } from "../../src/tokens/text/textBlocks";

const signed = (name: string): TokenMetric => ({ name, kind: "signed", unit: "" });

function data(shown: string[], rows: Record<string, number[]>, more: Partial<TokenData> = {}): TokenData {
  return {
    shown,
    raw: shown,
    units: unitsOf(shown),
    metrics: Object.keys(rows).map(signed),
    rows: new Map(Object.entries(rows).map(([name, row]) => [name, Float32Array.from(row)])),
    missing: {},
    mask: null,
    ...more,
  };
}

const SCALE = { palette: "diverging", lo: -1, hi: 1, log: false, strongLow: false } as const;

describe("units", () => {
  it("join the tokens of a split character to the one that shows it", () => {
    const units = unitsOf(["a", "威", "", "", "b"]);
    expect(units.count).toBe(3);
    expect(unitSpan(units, 3)).toEqual([1, 4]);
    expect(unitSpan(units, 4)).toEqual([4, 5]);
  });

  it("let an empty first token stand for itself", () => {
    expect(unitsOf(["", "a"]).count).toBe(2);
  });
});

describe("blocks", () => {
  const cut = (shown: string[]) => cutBlocks(shown, unitsOf(shown));

  it("end at a newline, not before enough tokens", () => {
    const shown = Array.from({ length: 1000 }, (_, i) => (i % 10 === 9 ? ".\n" : " x"));
    const blocks = cut(shown);
    expect(blocks.map((b) => b.from)).toEqual([0, 200, 400, 600, 800]);
    expect(blocks.every((b) => shown[b.to - 1]?.endsWith("\n"))).toBe(true);
    expect(blocks[0]?.to).toBe(MIN_BLOCK_TOKENS);
  });

  it("do not end inside a line", () => {
    const shown = Array.from({ length: 600 }, (_, i) => (i === 300 ? "a\nb" : "x"));
    expect(cut(shown)).toHaveLength(1);
  });

  it("are cut by force where there is no newline", () => {
    const blocks = cut(new Array(16_384).fill("x"));
    expect(blocks).toHaveLength(8);
    expect(blocks.every((b) => b.to - b.from === MAX_BLOCK_TOKENS)).toBe(true);
  });

  it("never part the tokens of one character, and hold every unit once", () => {
    const shown = Array.from({ length: 9000 }, (_, i) => (i % 3 === 0 ? "威" : ""));
    const blocks = cut(shown);
    expect(blocks[0]?.from).toBe(0);
    expect(blocks.at(-1)?.to).toBe(3000);
    for (const [i, block] of blocks.slice(1).entries()) expect(block.from).toBe(blocks[i]?.to);
    for (const unit of [0, 682, 683, 2999]) {
      const block = blocks[blockIndex(blocks, unit)];
      expect(block && block.from <= unit && unit < block.to).toBe(true);
    }
    expect(blockIndex(blocks, 3000)).toBe(-1);
  });

  it("are none for no tokens", () => {
    expect(cut([])).toEqual([]);
  });
});

describe("codes", () => {
  const tokens = data(
    ["a", "b", "c", "d", "e", "f"],
    { log_ratio: [0, Number.NaN, Number.NaN, Infinity, -Infinity, 9] },
    {
      missing: { log_ratio: [[2, 3]] },
    },
  );

  it("tell a logged NaN from a missing number", () => {
    const codes = colourCodes(tokens, "log_ratio", SCALE);
    expect([...codes.slice(1, 5)]).toEqual([CODE.nan, CODE.missing, CODE.plusInfinity, CODE.minusInfinity]);
    expect(valueAt(tokens, "log_ratio", 1)).toBeNaN();
    expect(valueAt(tokens, "log_ratio", 2)).toBe("missing");
  });

  it("mark what lies beyond the scale", () => {
    expect(colourCodes(tokens, "log_ratio", SCALE)[5]).toBe(BEYOND + 30);
    expect(colourClasses("diverging")[BEYOND + 30]).toBe("heat d30 beyond");
  });

  it("are grey for masked tokens, whose numbers no scale counts", () => {
    const masked = data(["a", "b"], { k3: [1, 100] }, { mask: [true, false] });
    expect(colourCodes(masked, "k3", SCALE)[1]).toBe(CODE.masked);
    expect([...countedValues(masked, "k3")]).toEqual([1]);
  });

  it("are missing everywhere for a metric the log lacks", () => {
    expect([...colourCodes(tokens, "values", SCALE)]).toEqual(new Array(6).fill(CODE.missing));
  });

  it("give a joined character the code of the token that says most", () => {
    const split = data(["威", "", ""], { log_ratio: [0.1, -0.9, 0.3] });
    const codes = colourCodes(split, "log_ratio", SCALE);
    expect(unitCode(split, codes, "diverging", 0)).toBe(codes[1]);
    const odd = data(["威", ""], { log_ratio: [0.9, Number.NaN] });
    expect(unitCode(odd, colourCodes(odd, "log_ratio", SCALE), "diverging", 0)).toBe(CODE.nan);
  });

  it("have a class each", () => {
    for (const name of ["diverging", "ramp"] as const) {
      const names = colourClasses(name);
      expect(names[CODE.masked]).toContain("grey");
      expect(names[CODE.nan]).toContain("hatch");
      expect(new Set(names.slice(0, 31)).size).toBe(31);
    }
  });
});

describe("extremes", () => {
  it("are the strongest and everything that is not finite, in reading order", () => {
    const row = Array.from({ length: 100 }, (_, i) => (i % 20 === 5 ? -1 - i : 0.001));
    row[50] = Number.NaN;
    const tokens = data(new Array(100).fill("x"), { log_ratio: row });
    expect(extremePositions(tokens, "log_ratio", "signed")).toEqual([5, 25, 45, 50, 65, 85]);
  });

  it("leave out zeros, masked and missing tokens", () => {
    const tokens = data(
      ["a", "b", "c", "d"],
      { token_rewards: [0, 9, 8, 1] },
      {
        mask: [true, false, true, true],
        missing: { token_rewards: [[2, 3]] },
      },
    );
    expect(extremePositions(tokens, "token_rewards", "signed")).toEqual([3]);
  });

  it("are the improbable ones of a probability", () => {
    const tokens = data(new Array(10).fill("x"), { prob: [1, 1, 1, 0.1, 1, 1, 0.2, 1, 1, 1] });
    expect(extremePositions(tokens, "prob", "probability")).toEqual([3, 6]);
  });

  it("are walked round the ends", () => {
    expect(nextPosition([3, 7], null, 1)).toBe(3);
    expect(nextPosition([3, 7], 3, 1)).toBe(7);
    expect(nextPosition([3, 7], 7, 1)).toBe(3);
    expect(nextPosition([3, 7], 5, -1)).toBe(3);
    expect(nextPosition([3, 7], 3, -1)).toBe(7);
    expect(nextPosition([], 3, 1)).toBeNull();
  });
});

describe("glyphs", () => {
  it("keep every character of the text", () => {
    for (const text of ["a\n\nb", "    ", "\t", " x", "\r\n", "威", "<img onerror=alert(1)>"]) {
      expect(
        textPieces(text)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }
  });

  it("mark newlines everywhere and blanks where a token is nothing else", () => {
    expect(textPieces(".\n").map((piece) => piece.mark)).toEqual([null, "newline"]);
    expect(textPieces("  ").map((piece) => piece.mark)).toEqual(["blank", "blank"]);
    expect(textPieces(" x").map((piece) => piece.mark)).toEqual([null]);
  });

  it("know what cannot be seen", () => {
    expect(isInvisible("")).toBe(true);
    expect(isInvisible("\u200b")).toBe(true);
    expect(isInvisible("\n")).toBe(false);
    expect(isInvisible("a")).toBe(false);
  });

  it("are spelledOut out for labels", () => {
    expect(spelledOut(" a\n\t\u0000\u202e")).toBe("␣a↵⇥␀U+202E");
  });
});

describe("the matrix window", () => {
  it("holds the seen columns and some beside, whatever the length", () => {
    const { from, to } = visibleColumns(8000 * COLUMN_WIDTH, 700, 16_384);
    expect(from).toBeLessThan(8000);
    expect(to).toBeGreaterThan(8010);
    expect(to - from).toBeLessThanOrEqual(poolSize(700, 16_384));
    expect(poolSize(700, 16_384)).toBeLessThan(40);
  });

  it("never needs more elements than there are, at any scroll position", () => {
    for (const count of [0, 1, 5, 100]) {
      for (let left = -50; left < 120 * COLUMN_WIDTH; left += 37) {
        const { from, to } = visibleColumns(left, 333, count);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(count);
        expect(to - from).toBeLessThanOrEqual(poolSize(333, count));
      }
    }
  });

  it("scrolls only where the column is out of sight", () => {
    expect(scrollToColumn(2, 0, 700)).toBe(0);
    const left = scrollToColumn(5000, 0, 700);
    expect(5000 * COLUMN_WIDTH).toBeGreaterThan(left);
    expect(5000 * COLUMN_WIDTH).toBeLessThan(left + 700);
  });
});

it("a shared scale covers all and is symmetric as soon as one goes below zero", () => {
  const ramp = { palette: "ramp", lo: 0, hi: 4, log: false, strongLow: false } as const;
  expect(commonScale([ramp, null])).toMatchObject({ palette: "ramp", lo: 0, hi: 4 });
  expect(commonScale([ramp, SCALE])).toMatchObject({ palette: "diverging", lo: -4, hi: 4 });
  expect(commonScale([null])).toBeNull();
});

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

describe("the choice of metrics", () => {
  it("names the fields that a metric lacks", () => {
    const found = metricOptions([signed("logprobs")]);
    expect(found.find((choice) => choice.name === "log_ratio")?.needs).toEqual(["ref_logprobs"]);
    expect(found.find((choice) => choice.name === "values")?.needs).toEqual(["values"]);
    expect(found.find((choice) => choice.name === "logprobs")?.needs).toEqual([]);
  });

  it("lists what else the sample has, and falls back when the wished one is absent", () => {
    const metrics = [signed("my_metric"), signed("logprobs")];
    expect(metricOptions(metrics).at(-1)).toEqual({ name: "my_metric", needs: [] });
    expect(chosenMetric(metrics, "k3")?.name).toBe("logprobs");
    expect(chosenMetric([signed("my_metric")], "k3")?.name).toBe("my_metric");
    expect(chosenMetric([], "k3")).toBeNull();
  });

  it("goes round through those that are there", () => {
    const metrics = [signed("logprobs"), signed("log_ratio"), signed("mine")];
    expect(nextMetric(metrics, "log_ratio", 1)).toBe("logprobs");
    expect(nextMetric(metrics, "mine", 1)).toBe("log_ratio");
    expect(nextMetric(metrics, "log_ratio", -1)).toBe("mine");
  });
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
