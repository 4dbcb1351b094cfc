import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { pieces } from "../../../lib/longText";

/** From this many characters on a text is laid out in pieces, as they come into view: whole it would stall the page. */
const LONG_CHARACTERS = 6000;
const PIECE_CHARACTERS = 2000;

/** A text as a text node, or as many where it is long: an agent's trace may have megabytes. */
export function LongText({ text }: { text: string }): JSX.Element {
  const parts = useMemo(() => (text.length < LONG_CHARACTERS ? [] : pieces(text, PIECE_CHARACTERS)), [text]);
  if (parts.length < 2) return <>{text}</>;
  return (
    <>
      {parts.map((part, k) => (
        <span key={k} class="text-piece">
          {part}
        </span>
      ))}
    </>
  );
}
