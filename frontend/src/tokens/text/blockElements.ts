/** The elements of one block of tokens. All text from rollouts becomes text nodes and nothing else. */

import { type TokenData, unitSpan } from "../shared/responseTokens";
import { isInvisible, textPieces } from "../shared/visibleText";
import { cutBlocks, type UnitRange } from "./textBlocks";
import type { TextSize } from "./textPlaces";

/** A block's tokens as one plain text: what stands there until it comes near the viewport. */
export function blockText(data: TokenData, from: number, to: number): string {
  const { start } = data.units;
  const shown = data.shown.slice(start[from], start[to]);
  const { spaces } = data;
  if (spaces === null) return shown.join("");
  return shown.map((text, k) => `${spaces[(start[from] ?? 0) + k] ?? ""}${text}`).join("");
}

/** A block of the response as one element of plain text. */
export interface PlainBlock extends UnitRange {
  readonly element: HTMLElement;
  /** About how high it will be, in px. */
  readonly height: number;
}

/** The response as blocks of plain text, with the heights that they will about have. */
export function plainBlocks(data: TokenData, { columns, fontSize }: TextSize): PlainBlock[] {
  return cutBlocks(data.shown, data.units).map((range) => {
    const element = document.createElement("div");
    element.className = "token-block";
    const text = blockText(data, range.from, range.to);
    element.textContent = text;
    const height = estimatedHeight(text, columns, fontSize * 1.7);
    element.style.containIntrinsicBlockSize = `auto ${height}px`;
    return { ...range, element, height };
  });
}

/** One span per unit; `data-i` is the position of its first token. */
export function blockSpans(data: TokenData, from: number, to: number, classOf: (i: number) => string): Node {
  const fragment = document.createDocumentFragment();
  // Copied with its attribute: a response has thousands of these.
  const token = document.createElement("span");
  token.setAttribute("data-testid", "token");
  for (let unit = from; unit < to; unit++) {
    const i = data.units.start[unit] ?? 0;
    const span = token.cloneNode() as HTMLElement;
    span.className = classOf(i);
    span.setAttribute("data-i", String(i));
    fillToken(span, data.shown[i] ?? "");
    // Beside the token, not in it: it is none of the token's.
    const space = data.spaces?.[i] ?? "";
    if (space !== "") fragment.append(space);
    fragment.append(span);
  }
  return fragment;
}

/** Height a block will about have, so that the scroll bar is right before it is laid out. */
function estimatedHeight(text: string, charactersPerLine: number, lineHeight: number): number {
  let lines = 0;
  for (const line of text.split("\n")) lines += Math.max(1, Math.ceil(line.length / charactersPerLine));
  return lines * lineHeight;
}

/** The span of token `i` among the spans of a block that starts with unit `from`. */
export function spanOf(block: Element, data: TokenData, from: number, i: number): HTMLElement | null {
  const unit = data.units.of[unitSpan(data.units, i)[0]] ?? 0;
  const span = block.children[unit - from];
  return span instanceof HTMLElement ? span : null;
}

function fillToken(span: HTMLElement, text: string): void {
  if (isInvisible(text)) span.setAttribute("data-unseen", "");
  const pieces = textPieces(text);
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
