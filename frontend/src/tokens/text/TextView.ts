/**
 * The response as coloured tokens, owned by hand and not by the component framework: at 16,384 tokens one framework
 * node per token costs six times as much as this.
 *
 * The text is cut into blocks. All of them stand in the page as plain text at once, so that scrolling, searching and
 * selecting know the whole response; spans are made when a block comes near the viewport, and a change of colours
 * repaints only the blocks that are near it.
 */

import type { PaletteName } from "../../lib/heatmapColours";
import { classNames, unitCode } from "../shared/colourCodes";
import { pointerMoved } from "../shared/pointerMoves";
import type { TokenData } from "../shared/responseTokens";
import { blockSpans, blockText, estimatedHeight, spanOf, tokenOf } from "./blockElements";
import { type BlockRange, blockOf, cutBlocks } from "./textBlocks";

/** How far outside of the viewport spans are made ahead. */
const AHEAD = "400px";

export interface TextEvents {
  hover(i: number | null): void;
  pick(i: number): void;
}

interface Block extends BlockRange {
  element: HTMLElement;
  /** Which painting its spans show; 0 while it is plain text. */
  painted: number;
}

export type Mark = "focus" | "pin" | "hover";

export class TextView {
  readonly #blocks: Block[];
  readonly #near = new Set<Block>();
  readonly #marked = new Map<Mark, number>();
  readonly #observer: IntersectionObserver | null;
  #painting = 0;
  #classOf: (i: number) => string = () => "heat";

  constructor(
    readonly root: HTMLElement,
    readonly data: TokenData,
    readonly events: TextEvents,
    scroller: Element | null,
  ) {
    const style = getComputedStyle(root);
    const size = Number.parseFloat(style.fontSize) || 13;
    const columns = Math.max(20, root.clientWidth / (size * 0.6));
    this.#blocks = cutBlocks(data.shown, data.units).map((range) => {
      const element = document.createElement("div");
      element.className = "token-block";
      const text = blockText(data, range.from, range.to);
      element.textContent = text;
      element.style.containIntrinsicBlockSize = `auto ${estimatedHeight(text, columns, size * 1.7)}px`;
      return { ...range, element, painted: 0 };
    });
    root.replaceChildren(...this.#blocks.map((block) => block.element));
    root.addEventListener("mouseover", this.#hover);
    root.addEventListener("mouseleave", this.#leave);
    root.addEventListener("click", this.#click);
    this.#observer = this.#observe(scroller);
  }

  /** Colours every token by its code; only what is near the viewport is touched now. */
  paint(codes: Uint8Array, palette: PaletteName): void {
    const names = classNames(palette);
    this.#classOf = (i) => names[unitCode(this.data, codes, palette, i)] ?? "heat";
    this.#painting += 1;
    const [first] = this.#blocks;
    if (first !== undefined && this.#near.size === 0) this.#show(first);
    for (const block of this.#near) this.#show(block);
  }

  /** Marks one token as focused, pinned or hovered, and none other. */
  mark(mark: Mark, i: number | null): void {
    const before = this.#marked.get(mark);
    if (before !== undefined) this.#span(before)?.removeAttribute(`data-${mark}`);
    if (i === null) this.#marked.delete(mark);
    else {
      this.#marked.set(mark, i);
      this.#span(i)?.setAttribute(`data-${mark}`, "");
    }
  }

  /** Brings token `i` into view and returns its element. */
  reveal(i: number, focus = false): HTMLElement | null {
    const block = this.#blocks[blockOf(this.#blocks, this.data.units.of[i] ?? -1)];
    if (block === undefined) return null;
    this.#show(block);
    const span = this.#span(i);
    span?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (span !== null && focus) {
      // Tokens are no stops of the Tab key, only of the arrows.
      span.tabIndex = -1;
      span.focus({ preventScroll: true });
    }
    return span;
  }

  /** Units `from` to `to` that are about to be seen in `top` to `bottom` (client pixels). */
  visible(top: number, bottom: number): BlockRange {
    const rects = this.#blocks.map((block) => ({ block, rect: block.element.getBoundingClientRect() }));
    const unitAt = (y: number): number => {
      const at = rects.find(({ rect }) => y < rect.bottom) ?? rects.at(-1);
      if (at === undefined) return 0;
      const share = Math.min(1, Math.max(0, (y - at.rect.top) / Math.max(1, at.rect.height)));
      return Math.round(at.block.from + share * (at.block.to - at.block.from));
    };
    return { from: unitAt(top), to: unitAt(bottom) };
  }

  destroy(): void {
    this.#observer?.disconnect();
    this.root.removeEventListener("mouseover", this.#hover);
    this.root.removeEventListener("mouseleave", this.#leave);
    this.root.removeEventListener("click", this.#click);
    this.root.replaceChildren();
  }

  #observe(scroller: Element | null): IntersectionObserver | null {
    // Without an observer (tests, very old browsers) everything counts as near.
    if (typeof IntersectionObserver === "undefined") {
      for (const block of this.#blocks) this.#near.add(block);
      return null;
    }
    const byElement = new Map<Element, Block>(this.#blocks.map((block) => [block.element, block]));
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          const block = byElement.get(entry.target);
          if (block === undefined) continue;
          if (!entry.isIntersecting) this.#near.delete(block);
          else {
            this.#near.add(block);
            if (this.#painting > 0) this.#show(block);
          }
        }
      },
      { root: scroller, rootMargin: AHEAD },
    );
    for (const block of this.#blocks) observer.observe(block.element);
    return observer;
  }

  #show(block: Block): void {
    if (block.painted === this.#painting) return;
    if (block.painted === 0) {
      block.element.replaceChildren(blockSpans(this.data, block.from, block.to, this.#classOf));
      for (const [mark, i] of this.#marked) this.#span(i)?.setAttribute(`data-${mark}`, "");
    } else {
      const spans = block.element.children;
      for (let k = 0; k < spans.length; k++) {
        const span = spans[k] as HTMLElement;
        span.className = this.#classOf(this.data.units.start[block.from + k] ?? 0);
      }
    }
    block.painted = this.#painting;
  }

  #span(i: number): HTMLElement | null {
    const block = this.#blocks[blockOf(this.#blocks, this.data.units.of[i] ?? -1)];
    return block === undefined || block.painted === 0
      ? null
      : spanOf(block.element, this.data, block.from, i);
  }

  #hover = (event: Event): void => {
    if (pointerMoved(event)) this.events.hover(tokenOf(event.target));
  };
  #leave = (): void => this.events.hover(null);
  #click = (event: Event): void => {
    const i = tokenOf(event.target);
    // A drag that selects text ends in a click, too, and is none.
    if (i === null || !(getSelection()?.isCollapsed ?? true)) return;
    this.reveal(i, true);
    this.events.pick(i);
  };
}
