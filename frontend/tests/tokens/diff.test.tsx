// @vitest-environment jsdom

/** Two texts side by side: what is shown of them, the walk along their changes, and differences of a metric. */

import { act } from "preact/test-utils";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { differencesOf } from "../../src/tokens/diff/differences";
import { CODE } from "../../src/tokens/shared/colourCodes";
import { HOSTILE } from "../fixtures";
import { byTestId } from "../page";
import { answer, CHANGED, DiffPage, same, words } from "./diffPage";

vi.mock("../../src/ui/styles", () => ({ adoptStyles: () => undefined }));

const page = new DiffPage();

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
    page.show(data);
    expect(byTestId("diff-legend")?.textContent).toContain("1 of 5 without a number on both sides");
    const titles = [...page.place.querySelectorAll<HTMLElement>(".diff-rows .heat")].map((one) => one.title);
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

/** An observer of the viewport that sees what it is told. */
function seenByHand(): (element: Element | null) => void {
  const told: IntersectionObserverCallback[] = [];
  class Observer {
    constructor(callback: IntersectionObserverCallback) {
      told.push(callback);
    }
    observe = (): void => undefined;
    disconnect = (): void => undefined;
  }
  vi.stubGlobal("IntersectionObserver", Observer);
  onTestFinished(() => void vi.unstubAllGlobals());
  return (target) => {
    const entry = { target, isIntersecting: true } as IntersectionObserverEntry;
    for (const callback of told) callback([entry], {} as IntersectionObserver);
  };
}

describe("two texts side by side", () => {
  it("are texts and nothing else, each side whole", () => {
    page.show(CHANGED);
    expect(page.place.querySelector("img")).toBeNull();
    expect(page.texts(".diff-cell")).toEqual(["so it\n", "so it\n", `${HOSTILE}four`, "was four!"]);
    expect([...page.place.querySelectorAll(".diff-rows del")].map((one) => one.textContent)).toEqual([
      HOSTILE,
    ]);
    expect([...page.place.querySelectorAll(".diff-rows ins")].map((one) => one.textContent)).toEqual([
      "was ",
      "!",
    ]);
    expect(byTestId("diff-changes")?.textContent).toBe("2 changes");
  });

  it("are one text with both where they do not stand beside each other", () => {
    page.show(CHANGED);
    act(() => byTestId("diff-beside")?.click());
    expect(page.texts(".diff-cell")).toEqual(["so it\n", `${HOSTILE}was four!`]);
    act(() => byTestId("diff-beside")?.click());
  });

  it("are walked from change to change, and stay at the last", () => {
    page.show(CHANGED);
    const walk = [1, 1, 1, -1, -1].map((direction) => [
      page.step(direction as 1 | -1),
      page.texts("[data-current]"),
    ]);
    expect(walk).toEqual([
      [true, [HOSTILE]],
      [true, ["!"]],
      [false, ["!"]],
      [true, [HOSTILE]],
      [false, [HOSTILE]],
    ]);
  });

  it("keep the place of the walk where their rows are made anew", () => {
    page.show(CHANGED);
    page.step(1);
    for (const expected of [HOSTILE, HOSTILE]) {
      act(() => byTestId("diff-beside")?.click());
      expect(page.texts("[data-current]")).toEqual([expected]);
    }
    page.step(1);
    expect(page.texts("[data-current]")).toEqual(["!"]);
  });

  it("keep place and focus where a row that comes near gets its colours", () => {
    const near = seenByHand();
    const metric = { name: "logprobs", kind: "log_probability", unit: "nats" } as const;
    const values = { left_out: 0, values: [-1, -2] };
    page.show(
      answer([["moved_away", ["a"], [], 0], same("x"), ["moved_here", [], ["a"], 0]], {
        metric,
        left: { units: ["a", "x"], ...values },
        right: { units: ["x", "a"], ...values },
      }),
    );
    page.step(1);
    const jumps = [...page.place.querySelectorAll<HTMLElement>(".diff-jump")];
    jumps[1]?.focus();
    expect(page.texts(".diff-rows .heat")).toEqual([]);
    near(page.place.querySelector(".diff-row"));
    expect(page.texts(".diff-rows .heat")).toEqual(["x"]);
    expect(page.texts("[data-current]")).toEqual(["a"]);
    expect(document.activeElement).toBe(page.place.querySelectorAll(".diff-jump")[1]);
    expect(document.activeElement).not.toBe(jumps[1]);
  });

  it("show what is folded when asked", () => {
    page.show(answer([["insert", [], ["a"]], same(...words(200)), ["insert", [], ["b"]]]));
    const fold = page.place.querySelector<HTMLElement>(".diff-fold");
    expect(fold?.textContent).toContain("152 equal");
    expect(page.texts(".diff-cell").join("")).not.toContain("w100 ");
    act(() => fold?.click());
    expect(page.texts(".diff-cell").join("")).toContain("w100 ");
    expect(page.place.querySelector(".diff-fold")).toBeNull();
  });

  it("lead from one end of a move to the other", () => {
    page.show(answer([["moved_away", ["a b c"], [], 0], same("x"), ["moved_here", [], ["a b c"], 0]]));
    const [away, here] = [...page.place.querySelectorAll<HTMLElement>(".diff-jump")];
    away?.click();
    expect(document.activeElement).toBe(here);
    here?.click();
    expect(document.activeElement).toBe(away);
  });

  it("say what was compared in pieces and what was left out, and that nothing differs", () => {
    page.show(
      answer([same("a")], { in_one_piece: false, left: { units: ["a"], left_out: 1234, values: null } }),
    );
    expect(page.place.textContent).toContain("too long to be compared as a whole");
    expect(page.place.textContent).toContain("1,234 more are left out");
    expect(byTestId("diff-changes")?.textContent).toBe("Both texts are the same.");
    expect(page.step(1)).toBe(false);
  });
});
