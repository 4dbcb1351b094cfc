import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";

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

/**
 * A button that opens a small sheet below it; closes by Esc, by the button, and by a click elsewhere.
 *
 * The browser opens and closes it and gives the focus back (the `popover` attribute, in all browsers since April 2024),
 * and the style sheet puts it below the button (anchor positioning, in all browsers since January 2026; where it is
 * missing the sheet stands in the middle of the page).
 */
export function Popover(props: PopoverProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const sheet = useId();
  // A face with words is its own name: speech control calls the button by what it shows.
  const worded = typeof props.face === "string" && /\p{L}/u.test(props.face);
  const onKeyDown = (event: KeyboardEvent): void => {
    // The browser closes the sheet after this event; the page must not take the same key for "one level up".
    if (event.key === "Escape" && open) event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears Esc from the controls inside it
    <div class={`popover ${props.align ?? "end"}`} onKeyDown={onKeyDown}>
      <button
        type="button"
        class="button quiet"
        popovertarget={sheet}
        aria-expanded={open}
        aria-label={worded ? undefined : props.label}
        title={props.label}
        data-testid={props.testId}
      >
        {props.face}
      </button>
      <section
        id={sheet}
        popover="auto"
        class="sheet"
        aria-label={props.label}
        onBeforeToggle={(event) => event.newState === "open" && setOpen(true)}
        // Not before it is closed: the browser gives the focus back from a control that is still there.
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {open && props.children}
      </section>
    </div>
  );
}
