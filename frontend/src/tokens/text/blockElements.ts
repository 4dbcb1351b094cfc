/** The elements of one block of tokens. All text from rollouts becomes text nodes and nothing else. */

import { type TokenData, unitSpan } from "../shared/responseTokens";
import { glyphs, isUnseen } from "../shared/visibleText";

/** A block's tokens as one plain text: what stands there until it comes near the viewport. */
export function blockText(data: TokenData, from: number, to: number): string {
  const { start } = data.units;
  return data.shown.slice(start[from], start[to]).join("");
}

/** One span per unit; `data-i` is the position of its first token. */
export function blockSpans(data: TokenData, from: number, to: number, classOf: (i: number) => string): Node {
  const fragment = document.createDocumentFragment();
  for (let unit = from; unit < to; unit++) {
    const i = data.units.start[unit] ?? 0;
    const span = document.createElement("span");
    span.className = classOf(i);
    span.setAttribute("data-i", String(i));
    span.setAttribute("data-testid", "token");
    fillToken(span, data.shown[i] ?? "");
    fragment.append(span);
  }
  return fragment;
}

/** Height a block will about have, so that the scroll bar is right before it is laid out. */
export function estimatedHeight(text: string, charactersPerLine: number, lineHeight: number): number {
  let lines = 0;
  for (const line of text.split("\n")) lines += Math.max(1, Math.ceil(line.length / charactersPerLine));
  return lines * lineHeight;
}

/** The position a pointer or key event happened on, if on a token. */
export function tokenOf(target: EventTarget | null): number | null {
  const span = target instanceof Element ? target.closest("[data-i]") : null;
  const i = span?.getAttribute("data-i");
  return i === null || i === undefined ? null : Number(i);
}

/** The span of token `i` among the spans of a block that starts with unit `from`. */
export function spanOf(block: Element, data: TokenData, from: number, i: number): HTMLElement | null {
  const unit = data.units.of[unitSpan(data.units, i)[0]] ?? 0;
  const span = block.children[unit - from];
  return span instanceof HTMLElement ? span : null;
}

function fillToken(span: HTMLElement, text: string): void {
  if (isUnseen(text)) span.setAttribute("data-unseen", "");
  const pieces = glyphs(text);
  if (pieces.every((piece) => piece.mark === null)) {
    span.textContent = text;
    return;
  }
  for (const { text: piece, mark } of pieces) {
    if (mark === null) {
      span.append(piece);
      continue;
    }
    const glyph = document.createElement("i");
    glyph.className = mark;
    glyph.textContent = piece;
    span.append(glyph);
  }
}
