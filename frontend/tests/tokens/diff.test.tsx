// @vitest-environment jsdom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Diff, type DiffProps } from "../../src/tokens/diff/Diff";
import { differencesOf } from "../../src/tokens/diff/differences";
import { rowsOfChange } from "../../src/tokens/diff/longChanges";
import { rowsOf } from "../../src/tokens/diff/rows";
import { changeCount, type DiffData, type StretchKind } from "../../src/tokens/diff/stretches";
import { CODE } from "../../src/tokens/shared/colourCodes";
import { HOSTILE } from "../fixtures";
import { byTestId, stubLayout } from "../page";

vi.mock("../../src/ui/styles", () => ({ adopt: () => undefined }));

type Opcode = readonly [StretchKind, left: string[], right: string[], move?: number];

/** An answer made of its stretches. */
function answer(opcodes: readonly Opcode[], more: Partial<DiffData> = {}): DiffData {
  const [left, right]: [string[], string[]] = [[], []];
  const columns = { kind: [] as StretchKind[], left: [] as number[], left_end: [] as number[] };
  const others = { right: [] as number[], right_end: [] as number[], move: [] as (number | null)[] };
  for (const [kind, a, b, move] of opcodes) {
    columns.kind.push(kind);
    columns.left.push(left.length);
    others.right.push(right.length);
    left.push(...a);
    right.push(...b);
    columns.left_end.push(left.length);
    others.right_end.push(right.length);
    others.move.push(move ?? null);
  }
  const side = { left_out: 0, values: null };
  return {
    unit: "token",
    in_one_piece: true,
    metric: null,
    left: { units: left, ...side },
    right: { units: right, ...side },
    opcodes: { ...columns, ...others },
    ...more,
  };
}

const same = (...texts: string[]): Opcode => ["equal", texts, texts];
const CHANGED = answer([
  same("so ", "it\n"),
  ["delete", [HOSTILE], []],
  ["insert", [], ["was "]],
  same("four"),
  ["insert", [], ["!"]],
]);
const words = (n: number): string[] => Array.from({ length: n }, (_, i) => `w${i} `);

let place: HTMLElement;
let step: (direction: 1 | -1) => boolean;

beforeEach(() => {
  stubLayout();
  Element.prototype.scrollIntoView = vi.fn();
  place = document.createElement("div");
  document.body.replaceChildren(place);
});

afterEach(() => act(() => render(null, place)));

function show(data: DiffData, more: Partial<DiffProps> = {}): void {
  const keep = (made: (direction: 1 | -1) => boolean): void => {
    step = made;
  };
  act(() => render(<Diff data={data} left="step 1" right="step 2" onStepper={keep} {...more} />, place));
}

const cells = (): (string | null)[] =>
  [...place.querySelectorAll(".diff-cell")].map((cell) => cell.textContent);
const current = (): (string | null | undefined)[] =>
  [...place.querySelectorAll("[data-current]")].map((found) => found.textContent);

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
    show(LONG);
    const marked = [...place.querySelectorAll("[data-change]")].map((found) =>
      found.getAttribute("data-change"),
    );
    expect(marked).toEqual(["0", "1"]);
    const text = (kind: string): string =>
      [...place.querySelectorAll(`.diff-rows ${kind}`)].map((found) => found.textContent).join("");
    expect(text("del")).toBe(words(1300).join(""));
    expect(text("ins")).toBe([...words(700), "last "].join(""));
  });

  it("is taken to be as high as its text until it is laid out", () => {
    show(LONG);
    // "first w0 w1 … w599 " beside "first w0 … w599 ": 2,896 characters are 58 lines of 50; 400 words of five and
    // 200 of six are 64.
    const heights = [...place.querySelectorAll<HTMLElement>(".diff-row")].map((row) =>
      row.style.getPropertyValue("contain-intrinsic-block-size"),
    );
    expect(heights).toEqual(["auto 1276px", "auto 1408px", "auto 264px", "auto 44px"]);
  });

  it("says at its beginning that it was moved", () => {
    const [first, second] = rowsOfChange([{ kind: "moved_away", left: [0, 601], right: [0, 0], move: 3 }]);
    expect([first?.[0]?.move, second?.[0]?.move, second?.[0]?.left]).toEqual([3, null, [600, 601]]);
  });
});

describe("differences of a metric", () => {
  const metric = { name: "logprobs", kind: "log_probability", unit: "nats" } as const;
  const side = (units: string[], values: (number | null)[]) => ({ units, left_out: 0, values });

  it("are right less left at aligned tokens, and say what is missing", () => {
    const data = answer([same("a", "b"), ["delete", ["x"], []], same("c", "d", "e")], {
      metric,
      left: side(["a", "b", "x", "c", "d", "e"], [-1, -2, -9, null, Number.NaN, -0.5]),
      right: side(["a", "b", "c", "d", "e"], [-1.5, -2, -3, -1, -0.25]),
    });
    const found = differencesOf(data);
    expect([...(found?.differences ?? [])]).toEqual([-0.5, 0, Number.NaN, Number.NaN, 0.25]);
    expect([...(found?.counterpart ?? [])]).toEqual([0, 1, 3, 4, 5]);
    expect([found?.codes[2], found?.codes[3]]).toEqual([CODE.missing, CODE.nan]);
    expect([found?.aligned, found?.missing, found?.scale?.hi]).toEqual([5, 1, 0.49]);
    show(data);
    expect(byTestId("diff-legend")?.textContent).toContain("1 of 5 without a number on both sides");
    const titles = [...place.querySelectorAll<HTMLElement>(".diff-rows .heat")].map((one) => one.title);
    expect(titles).toEqual([
      "logprobs: -1 → -1.5 (-0.5)",
      "logprobs: -2 → -2 (0)",
      "logprobs: – → -3 (–)",
      "logprobs: NaN → -1 (NaN)",
      "logprobs: -0.5 → -0.25 (+0.25)",
    ]);
  });

  it("are none without a metric", () => {
    expect(differencesOf(CHANGED)).toBeNull();
  });
});

describe("two texts side by side", () => {
  it("are texts and nothing else, each side whole", () => {
    show(CHANGED);
    expect(place.querySelector("img")).toBeNull();
    expect(cells()).toEqual(["so it\n", "so it\n", `${HOSTILE}four`, "was four!"]);
    expect([...place.querySelectorAll(".diff-rows del")].map((one) => one.textContent)).toEqual([HOSTILE]);
    expect([...place.querySelectorAll(".diff-rows ins")].map((one) => one.textContent)).toEqual([
      "was ",
      "!",
    ]);
    expect(byTestId("diff-changes")?.textContent).toBe("2 changes");
  });

  it("are one text with both where they do not stand beside each other", () => {
    show(CHANGED);
    act(() => byTestId("diff-beside")?.click());
    expect(cells()).toEqual(["so it\n", `${HOSTILE}was four!`]);
    act(() => byTestId("diff-beside")?.click());
  });

  it("are walked from change to change, and stay at the last", () => {
    show(CHANGED);
    const walk = [1, 1, 1, -1, -1].map((direction) => [step(direction as 1 | -1), current()]);
    expect(walk).toEqual([
      [true, [HOSTILE]],
      [true, ["!"]],
      [false, ["!"]],
      [true, [HOSTILE]],
      [false, [HOSTILE]],
    ]);
  });

  it("show what is folded when asked", () => {
    show(answer([["insert", [], ["a"]], same(...words(200)), ["insert", [], ["b"]]]));
    const fold = place.querySelector<HTMLElement>(".diff-fold");
    expect(fold?.textContent).toContain("152 equal");
    expect(cells().join("")).not.toContain("w100 ");
    act(() => fold?.click());
    expect(cells().join("")).toContain("w100 ");
    expect(place.querySelector(".diff-fold")).toBeNull();
  });

  it("lead from one end of a move to the other", () => {
    show(answer([["moved_away", ["a b c"], [], 0], same("x"), ["moved_here", [], ["a b c"], 0]]));
    const [away, here] = [...place.querySelectorAll<HTMLElement>(".diff-jump")];
    away?.click();
    expect(document.activeElement).toBe(here);
    here?.click();
    expect(document.activeElement).toBe(away);
  });

  it("say what was compared in pieces and what was left out, and that nothing differs", () => {
    show(answer([same("a")], { in_one_piece: false, left: { units: ["a"], left_out: 1234, values: null } }));
    expect(place.textContent).toContain("too long to be compared as a whole");
    expect(place.textContent).toContain("1,234 more are left out");
    expect(byTestId("diff-changes")?.textContent).toBe("Both texts are the same.");
    expect(step(1)).toBe(false);
  });
});
