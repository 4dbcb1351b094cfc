// @vitest-environment node
import { describe, expect, it } from "vitest";
import { BEYOND, CODE, colourClasses, colourCodes, unitCode } from "../../src/tokens/shared/colourCodes";
import { extremePositions, nextPosition } from "../../src/tokens/shared/extremeTokens";
import { chosenMetric, metricOptions, nextMetric } from "../../src/tokens/shared/metricOptions";
import { countedValues, unitSpan, unitsOf, valueAt } from "../../src/tokens/shared/responseTokens";
import { isInvisible, spelledOut, textPieces } from "../../src/tokens/shared/visibleText";
import { data, SCALE, signed } from "./fixtures";

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

  it("leave out those that are a twentieth as strong as the strongest", () => {
    const k3 = [0.06, 0.02, 10, 9, 0.51, 0.5];
    expect(extremePositions(data(k3.map(String), { k3 }), "k3", "signed")).toEqual([2, 3, 4]);
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

  it("are spelled out for labels", () => {
    expect(spelledOut(" a\n\t\u0000\u202e")).toBe("␣a↵⇥␀U+202E");
  });
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
