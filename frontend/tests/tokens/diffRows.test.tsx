// @vitest-environment jsdom

/** The rows of two texts side by side: where they begin, what is folded, and changes that are too long for one. */

import { describe, expect, it, vi } from "vitest";
import { rowsOfChange } from "../../src/tokens/diff/longChanges";
import { rowsOf } from "../../src/tokens/diff/rows";
import { changeCount } from "../../src/tokens/diff/stretches";
import { answer, CHANGED, DiffPage, same, words } from "./diffPage";

vi.mock("../../src/ui/styles", () => ({ adoptStyles: () => undefined }));

const page = new DiffPage();

describe("rows", () => {
  it("begin behind a line break that both sides have, and number the changes", () => {
    const rows = rowsOf(CHANGED);
    expect(rows.map(({ change, stretches }) => [change, stretches.map(({ kind }) => kind)])).toEqual([
      [null, ["equal"]],
      [0, ["delete", "insert", "equal", "insert"]],
    ]);
    expect(changeCount(CHANGED)).toBe(2);
  });

  it("hide what is equal but for some context, nothing of it twice", () => {
    const data = answer([
      ["insert", [], ["a"]],
      same(...words(200)),
      ["insert", [], ["b"]],
      same(...words(50)),
    ]);
    const rows = rowsOf(data);
    expect(rows.map(({ folded, stretches }) => [folded, stretches.map(({ left }) => left)])).toEqual([
      [
        false,
        [
          [0, 0],
          [0, 24],
        ],
      ],
      [true, [[24, 176]]],
      [
        false,
        [
          [176, 200],
          [200, 200],
          [200, 250],
        ],
      ],
    ]);
    expect(rowsOf(data, false).some(({ folded }) => folded)).toBe(false);
  });

  it("end at a sentence where a text has no line breaks", () => {
    const data = answer([same(...words(300), "end. ", ...words(10)), ["delete", ["x"], []]]);
    const [first] = rowsOf(data, false);
    expect(first?.stretches[0]?.right).toEqual([0, 301]);
  });
});

describe("a change that is too long for one row", () => {
  const LONG = answer([
    same("first "),
    ["delete", words(1300), []],
    ["insert", [], words(700)],
    same("then "),
    ["insert", [], ["last "]],
  ]);

  it("goes over several, the n-th piece of each side beside the other's, and is counted once", () => {
    const rows = rowsOf(LONG);
    expect(
      rows.map(({ change, stretches }) => [change, stretches.map(({ left, right }) => [...left, ...right])]),
    ).toEqual([
      [
        0,
        [
          [0, 1, 0, 1],
          [1, 601, 1, 1],
          [1301, 1301, 1, 601],
        ],
      ],
      [
        null,
        [
          [601, 1201, 1, 1],
          [1301, 1301, 601, 701],
        ],
      ],
      [null, [[1201, 1301, 1, 1]]],
      [
        1,
        [
          [1301, 1302, 701, 702],
          [1302, 1302, 702, 703],
        ],
      ],
    ]);
    expect(changeCount(LONG)).toBe(2);
  });

  it("is one step of the walk along the changes, and nothing of it is lost", () => {
    page.show(LONG);
    const marked = [...page.place.querySelectorAll("[data-change]")].map((found) =>
      found.getAttribute("data-change"),
    );
    expect(marked).toEqual(["0", "1"]);
    const text = (kind: string): string =>
      [...page.place.querySelectorAll(`.diff-rows ${kind}`)].map((found) => found.textContent).join("");
    expect(text("del")).toBe(words(1300).join(""));
    expect(text("ins")).toBe([...words(700), "last "].join(""));
  });

  it("is taken to be as high as its text until it is laid out", () => {
    page.show(LONG);
    // "first w0 w1 … w599 " beside "first w0 … w599 ": 2,896 characters are 58 lines of 50; 400 words of five and
    // 200 of six are 64.
    const heights = [...page.place.querySelectorAll<HTMLElement>(".diff-row")].map((row) =>
      row.style.getPropertyValue("contain-intrinsic-block-size"),
    );
    expect(heights).toEqual(["auto 1276px", "auto 1408px", "auto 264px", "auto 44px"]);
  });

  it("says at its beginning that it was moved", () => {
    const [first, second] = rowsOfChange([{ kind: "moved_away", left: [0, 601], right: [0, 0], move: 3 }]);
    expect([first?.[0]?.move, second?.[0]?.move, second?.[0]?.left]).toEqual([3, null, [600, 601]]);
  });
});
