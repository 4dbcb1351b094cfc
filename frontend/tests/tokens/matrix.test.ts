// @vitest-environment jsdom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commonScale } from "../../src/tokens/matrix/commonScale";
import { MatrixView } from "../../src/tokens/matrix/MatrixView";
import { matrixFrame } from "../../src/tokens/matrix/matrixElements";
import {
  COLUMN_WIDTH,
  poolSize,
  scrollToColumn,
  visibleColumns,
} from "../../src/tokens/matrix/visibleColumns";
import { colourCodes } from "../../src/tokens/shared/colourCodes";
import { HOSTILE } from "../fixtures";
import { SCALE, tokens } from "./fixtures";

const events = { hover: vi.fn(), pick: vi.fn() };
let root: HTMLElement;

beforeEach(() => {
  Element.prototype.scrollIntoView = vi.fn();
  root = document.createElement("div");
  document.body.replaceChildren(root);
});

afterEach(() => vi.clearAllMocks());

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

describe("the matrix", () => {
  it("writes numbers as text into few columns, and marks the focused one", () => {
    const data = tokens([HOSTILE, ...new Array(5000).fill("x")]);
    const frame = matrixFrame(root, {
      title: "matrix",
      scroll: "tokens",
      labels: [
        { text: "token", hint: "" },
        { text: "log ratio", hint: "" },
      ],
      tokens: 5001,
    });
    const matrix = new MatrixView(frame, data, events);
    const codes = colourCodes(data, "log_ratio", SCALE);
    matrix.show([{ metric: "log_ratio", codes, palette: "diverging" }]);
    matrix.focus(0, true);
    const columns = [...root.querySelectorAll<HTMLElement>(".matrix-column")];
    expect(columns.length).toBeLessThan(40);
    expect(columns[0]?.textContent).toContain("onerror");
    expect(root.querySelector("img")).toBeNull();
    expect(columns[0]?.children[1]?.textContent).toBe("-1");
    expect(columns[0]?.children[1]?.className).toBe("heat d0");
    expect(columns.map((column) => column.hasAttribute("data-focus"))[0]).toBe(true);
    matrix.destroy();
  });
});
