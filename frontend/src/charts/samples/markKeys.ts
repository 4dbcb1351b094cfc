/** The keyboard in a drawing of samples. */

/** How many marks a key goes on. */
const MOVES: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };

/** Arrow keys walk the marks, Enter opens the one they stand on. */
export function walkMarks(
  event: KeyboardEvent,
  marks: readonly { readonly id: string }[],
  at: number | null,
  setAt: (at: number | null) => void,
  onOpen: (id: string) => void,
): void {
  const delta = MOVES[event.key];
  const current = at === null ? undefined : marks[at];
  if (delta !== undefined && marks.length > 0) {
    const start = at ?? (delta > 0 ? -1 : marks.length);
    setAt(Math.min(Math.max(start + delta, 0), marks.length - 1));
  } else if (event.key === "Enter" && current) onOpen(current.id);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
