// @vitest-environment jsdom

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { colourCodes } from "../../src/tokens/shared/colourCodes";
import { unitsOf } from "../../src/tokens/shared/responseTokens";
import { whenScrolledOrAtRest } from "../../src/tokens/text/nearViewport";
import { TextView } from "../../src/tokens/text/TextView";
import { blockIndex, cutBlocks, MAX_BLOCK_TOKENS, MIN_BLOCK_TOKENS } from "../../src/tokens/text/textBlocks";
import { seenAtFirst, unitAt } from "../../src/tokens/text/textPlaces";
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

function view(shown: string[]): TextView {
  const data = tokens(shown);
  const made = new TextView(root, data, events, null);
  made.paint(colourCodes(data, "log_ratio", SCALE), "diverging");
  return made;
}

const spans = (): HTMLElement[] => [...root.querySelectorAll<HTMLElement>("[data-testid=token]")];

describe("the token text", () => {
  it("is the response, character by character", () => {
    const shown = ["威", "", "仪", " x", ".\n\n", "\t", HOSTILE, "\u200b", "    "];
    view(shown);
    expect(root.textContent).toBe(shown.join(""));
    expect(spans().map((span) => span.dataset["i"])).toEqual(["0", "2", "3", "4", "5", "6", "7", "8"]);
  });

  it("stands apart as in the response where tokens were logged without blanks, which are no part of a token", () => {
    const data = { ...tokens(["a", "cat", "sat"]), spaces: ["", " ", "\n"] };
    const made = new TextView(root, data, events, null);
    expect(root.textContent).toBe("a cat\nsat");
    made.paint(colourCodes(data, "log_ratio", SCALE), "diverging");
    expect(root.textContent).toBe("a cat\nsat");
    expect(spans().map((span) => span.textContent)).toEqual(["a", "cat", "sat"]);
    made.paint(colourCodes(data, "log_ratio", SCALE), "diverging");
    expect(spans().map((span) => span.className)).toEqual(["heat d0", "heat d15", "heat d30"]);
    expect(made.reveal(2)?.textContent).toBe("sat");
  });

  it("makes no element of markup in a token", () => {
    view([HOSTILE, "<script>1</script>", "&lt;"]);
    expect(root.querySelector("img, script")).toBeNull();
    expect(spans()[0]?.textContent).toBe(HOSTILE);
    expect(spans()[2]?.textContent).toBe("&lt;");
  });

  it("gives each token the class of its colour, and changes it with the metric", () => {
    const made = view(["a", "b", "c"]);
    expect(spans().map((span) => span.className)).toEqual(["heat d0", "heat d15", "heat d30"]);
    made.paint(colourCodes(made.data, "values", SCALE), "ramp");
    expect(spans().map((span) => span.className)).toEqual(new Array(3).fill("heat grey"));
  });

  it("keeps marks when it is painted again, and marks one token at a time", () => {
    const made = view(["a", "b", "c"]);
    made.mark("pin", 1);
    made.mark("focus", 0);
    made.mark("focus", 2);
    made.paint(colourCodes(made.data, "log_ratio", null), "ramp");
    expect(spans().map((span) => "pin" in span.dataset)).toEqual([false, true, false]);
    expect(spans().map((span) => "focus" in span.dataset)).toEqual([false, false, true]);
  });

  it("points at the whole character whichever of its tokens is meant", () => {
    const made = view(["a", "威", "", "", "b"]);
    made.mark("pin", 3);
    expect("pin" in (spans()[1]?.dataset ?? {})).toBe(true);
    expect(made.reveal(3, true)?.textContent).toBe("威");
    expect(document.activeElement).toBe(spans()[1]);
  });

  it("tells what the pointer is on, also inside of a mark", () => {
    view(["a", "\n"]);
    spans()[1]
      ?.querySelector("i")
      ?.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    expect(events.hover).toHaveBeenLastCalledWith(1);
    spans()[0]?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect(events.pick).toHaveBeenCalledExactlyOnceWith(0);
  });

  it("leaves nothing behind", () => {
    const made = view(["a"]);
    made.destroy();
    root.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect(root.childNodes).toHaveLength(0);
    expect(events.pick).not.toHaveBeenCalled();
  });
});

describe("lazy blocks", () => {
  let seen: (element: Element, isIntersecting: boolean) => void;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal(
      "IntersectionObserver",
      class {
        constructor(callback: (entries: { target: Element; isIntersecting: boolean }[]) => void) {
          seen = (target, isIntersecting) => callback([{ target, isIntersecting }]);
        }
        observe(): void {}
        disconnect(): void {}
      },
    );
  });

  afterEach(() => void vi.useRealTimers());

  const long = (): string[] => Array.from({ length: 5000 }, () => "x ");
  const atRest = () => vi.advanceTimersByTime(500);

  it("are text until they come near, but the first", () => {
    const made = view(long());
    expect([...root.children].map((block) => block.classList.contains("at-first"))).toEqual([
      true,
      false,
      false,
    ]);
    expect(spans()).toHaveLength(2048);
    expect(root.textContent).toBe(long().join(""));
    atRest();
    seen(root.children[2] as Element, true);
    expect(spans()).toHaveLength(2048 + 5000 - 2 * 2048);
    expect(made.reveal(2100)?.dataset["i"]).toBe("2100");
    expect(spans()).toHaveLength(5000);
  });

  it("are repainted when they come back, not while they are away", () => {
    const made = view(long());
    const last = root.children[2] as Element;
    atRest();
    seen(last, true);
    seen(last, false);
    made.paint(colourCodes(made.data, "values", SCALE), "ramp");
    expect(last.firstElementChild?.className).not.toBe("heat grey");
    seen(last, true);
    expect(last.firstElementChild?.className).toBe("heat grey");
  });
});

describe("what is coloured before anything is looked for", () => {
  it("is what is seen, and half as much again, since heights are guessed", () => {
    const blocks = [100, 100, 100, 100].map((height, i) => ({ height, i }));
    const at = (seen: number, margin = 1.5) =>
      seenAtFirst(blocks, { columns: 80, fontSize: 13, seen }, margin).map(({ i }) => i);
    expect([at(0), at(100), at(140), at(1000)]).toEqual([[0], [0, 1], [0, 1, 2], [0, 1, 2, 3]]);
    expect([at(0, 1), at(100, 1), at(140, 1)]).toEqual([[0], [0], [0, 1]]);
  });

  it("is looked for once the reader scrolls, or rests", () => {
    vi.useFakeTimers();
    const scroller = document.createElement("div");
    const [begin, end] = [vi.fn(), vi.fn()];
    begin.mockReturnValue(end);
    const stop = whenScrolledOrAtRest(scroller, begin);
    expect(begin).not.toHaveBeenCalled();
    scroller.dispatchEvent(new Event("scroll"));
    scroller.dispatchEvent(new Event("scroll"));
    vi.runAllTimers();
    expect(begin).toHaveBeenCalledOnce();
    stop();
    expect(end).toHaveBeenCalledOnce();
    whenScrolledOrAtRest(scroller, begin)();
    vi.runAllTimers();
    expect(begin).toHaveBeenCalledOnce();
    vi.useRealTimers();
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

describe("what is on screen of a text", () => {
  const block = (from: number, to: number, top: number, height: number) => {
    const element = document.createElement("div");
    element.getBoundingClientRect = () => new DOMRect(0, top, 100, height);
    return { from, to, element };
  };

  it("is found between the edges of the block that lies there", () => {
    // Three blocks of 100, 50 and 200 px from −100 px on: a quarter of the last one's ten units lies above 100 px.
    const blocks = [block(0, 4, -100, 100), block(4, 6, 0, 50), block(6, 16, 50, 200)];
    expect(unitAt(blocks, -100)).toBe(0);
    expect(unitAt(blocks, -50)).toBe(2);
    expect(unitAt(blocks, 0)).toBe(4);
    expect(unitAt(blocks, 25)).toBe(5);
    expect(unitAt(blocks, 100)).toBe(9);
  });

  it("ends with the text", () => {
    const blocks = [block(0, 4, 0, 100), block(4, 6, 100, 50)];
    expect([unitAt(blocks, 1000), unitAt(blocks, -10), unitAt([], 5)]).toEqual([6, 0, 0]);
  });
});
