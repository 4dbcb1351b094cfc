/**
 * The response as coloured tokens, owned by hand and not by the component framework: at 16,384 tokens one framework
 * node per token costs six times as much as this.
 *
 * The text is cut into blocks. All of them stand in the page as plain text at once, so that scrolling, searching and
 * selecting know the whole response; spans are made when a block comes near the viewport, and a change of colours
 * repaints only the blocks that are near it.
 */

import type { PaletteName } from "../../lib/heatmapColours";
import { colourClasses, unitCode } from "../shared/colourCodes";
import { pointerMoved } from "../shared/pointerMoves";
import type { TokenData } from "../shared/responseTokens";
import { type TokenEvents, tokenPosition } from "../shared/tokenEvents";
import { blockSpans, type PlainBlock, plainBlocks, spanOf } from "./blockElements";
import { intoView } from "./intoView";
import { watchNearViewport, whenScrolledOrAtRest } from "./nearViewport";
import { blockIndex, type UnitRange } from "./textBlocks";
import { seenAtFirst, type TextSize, textSize, unitAt } from "./textPlaces";

interface Block extends PlainBlock {
  /** Which painting its spans show; 0 while it is plain text. */
  painted: number;
}

export type TokenMark = "focus" | "pin" | "hover";

export class TextView {
  readonly #blocks: Block[];
  readonly #near: Set<Block>;
  readonly #marked = new Map<TokenMark, number>();
  readonly #stopWatching: () => void;
  readonly #bringIntoView = intoView();
  #painting = 0;
  #classOf: (i: number) => string = () => "heat";

  constructor(
    readonly root: HTMLElement,
    readonly data: TokenData,
    readonly events: TokenEvents,
    scroller: Element | null,
    size: TextSize = textSize(root, scroller),
  ) {
    this.#blocks = plainBlocks(data, size).map((block) => ({ ...block, painted: 0 }));
    const elements = this.#blocks.map((block) => block.element);
    root.replaceChildren(...elements);
    this.#near = new Set(seenAtFirst(this.#blocks, size, 1.5));
    for (const { element } of seenAtFirst(this.#blocks, size, 1)) element.classList.add("at-first");
    root.addEventListener("mouseover", this.#hover);
    root.addEventListener("mouseleave", this.#leave);
    root.addEventListener("click", this.#click);
    this.#stopWatching = whenScrolledOrAtRest(scroller, () =>
      watchNearViewport(elements, scroller, (index, near) => {
        const block = this.#blocks[index];
        if (block !== undefined) this.#setNear(block, near);
      }),
    );
  }

  /** Colours every token by its code; only what is near the viewport is touched now. */
  paint(codes: Uint8Array, palette: PaletteName): void {
    const names = colourClasses(palette);
    this.#classOf = (i) => names[unitCode(this.data, codes, palette, i)] ?? "heat";
    this.#painting += 1;
    for (const block of this.#near) this.#show(block);
  }

  /** Marks one token as focused, pinned or hovered, and none other. */
  mark(mark: TokenMark, i: number | null): void {
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
    const block = this.#blocks[blockIndex(this.#blocks, this.data.units.of[i] ?? -1)];
    if (block === undefined) return null;
    this.#show(block);
    const span = this.#span(i);
    this.#bringIntoView(span);
    if (span !== null && focus) {
      // Tokens are no stops of the Tab key, only of the arrows.
      span.tabIndex = -1;
      span.focus({ preventScroll: true });
    }
    return span;
  }

  /** Units `from` to `to` that are about to be seen in `top` to `bottom` (client pixels). */
  visible(top: number, bottom: number): UnitRange {
    return { from: unitAt(this.#blocks, top), to: unitAt(this.#blocks, bottom) };
  }

  destroy(): void {
    this.#stopWatching();
    this.#bringIntoView(null);
    this.root.removeEventListener("mouseover", this.#hover);
    this.root.removeEventListener("mouseleave", this.#leave);
    this.root.removeEventListener("click", this.#click);
    this.root.replaceChildren();
  }

  /** A block came near the viewport, or left it. */
  #setNear(block: Block, near: boolean): void {
    if (!near) this.#near.delete(block);
    else {
      this.#near.add(block);
      if (this.#painting > 0) this.#show(block);
    }
  }

  #show(block: Block): void {
    if (block.painted === this.#painting) return;
    if (block.painted === 0) {
      block.element.replaceChildren(blockSpans(this.data, block.from, block.to, this.#classOf));
      for (const [mark, i] of this.#marked) this.#span(i)?.setAttribute(`data-${mark}`, "");
    } else {
      let unit = block.from;
      for (let span = block.element.firstElementChild; span !== null; span = span.nextElementSibling) {
        span.className = this.#classOf(this.data.units.start[unit] ?? 0);
        unit += 1;
      }
    }
    block.painted = this.#painting;
  }

  #span(i: number): HTMLElement | null {
    const block = this.#blocks[blockIndex(this.#blocks, this.data.units.of[i] ?? -1)];
    return block === undefined || block.painted === 0
      ? null
      : spanOf(block.element, this.data, block.from, i);
  }

  #hover = (event: Event): void => {
    if (pointerMoved(event)) this.events.hover(tokenPosition(event.target));
  };
  #leave = (): void => this.events.hover(null);
  #click = (event: Event): void => {
    const i = tokenPosition(event.target);
    // A drag that selects text ends in a click, too, and is none.
    if (i === null || !(getSelection()?.isCollapsed ?? true)) return;
    this.reveal(i, true);
    this.events.pick(i);
  };
}
