import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface PopoverProps {
  /** What the button shows. */
  face: ComponentChildren;
  /** The sheet's name and the button's tooltip; the button's name as well where its face is a sign. */
  label: string;
  children: ComponentChildren;
  /** Which edge of the button the sheet is aligned with. */
  align?: "start" | "end";
  testId?: string;
}

/** A button that opens a small sheet below it; closes by Esc, by the button, and by a click elsewhere. */
export function Popover(props: PopoverProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const outside = (event: PointerEvent): void => {
      if (!(event.target instanceof Node) || !place.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  // A face with words is its own name: speech control calls the button by what it shows.
  const worded = typeof props.face === "string" && /\p{L}/u.test(props.face);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !open || event.isComposing) return;
    event.preventDefault();
    setOpen(false);
    button.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears Esc from the controls inside it
    <div class={`popover ${props.align ?? "end"}`} ref={place} onKeyDown={onKeyDown}>
      <button
        type="button"
        class="button quiet"
        ref={button}
        aria-expanded={open}
        aria-label={worded ? undefined : props.label}
        title={props.label}
        data-testid={props.testId}
        onClick={() => setOpen(!open)}
      >
        {props.face}
      </button>
      {open && (
        <section class="sheet" aria-label={props.label}>
          {props.children}
        </section>
      )}
    </div>
  );
}
