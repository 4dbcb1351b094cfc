/**
 * Making a token's text visible without changing it: the characters in the page stay those of the response, so that
 * selecting, copying and searching find them; marks for newlines and blanks are drawn by the style sheet.
 */

/** A piece of a token: plain text, or one character that needs a mark. */
export interface TextPiece {
  text: string;
  mark: "newline" | "blank" | "tab" | null;
}

const UNSEEN = /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;
/** A longer run of blanks is seen for its width. */
const MARKED_BLANKS = 64;

/** The pieces of a token's text. Blanks are only marked where the token holds nothing else. */
export function textPieces(text: string): TextPiece[] {
  const blank = text.length <= MARKED_BLANKS && /^\s+$/.test(text);
  const pieces: TextPiece[] = [];
  for (const piece of text.split(blank ? /(?<=[\s])/ : /(\n)/)) {
    if (piece === "") continue;
    const mark =
      piece === "\n" ? "newline" : piece === "\t" && blank ? "tab" : piece === " " && blank ? "blank" : null;
    pieces.push({ text: piece, mark });
  }
  return pieces;
}

/** Whether a token would take no room on the screen: empty, or nothing but control and format characters. */
export function isInvisible(text: string): boolean {
  return UNSEEN.test(text) && !/[\n\t]/.test(text);
}

/** A token's text for a label: one line, blanks and control characters by symbol. */
export function spelledOut(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp} ]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const symbol = SYMBOLS.get(character);
    if (symbol !== undefined) return symbol;
    // The first 32 control characters have pictures of their own.
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  });
}

const SYMBOLS = new Map([
  ["\n", "↵"],
  ["\t", "⇥"],
  [" ", "␣"],
]);
