import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface PopoverProps {
  /** What the button shows. */
  trigger: ComponentChildren;
  /** The sheet's name and the button's tooltip; the button's name as well where its face is a sign. */
  label: string;
  children: ComponentChildren;
  /** Which edge of the button the sheet is aligned with. */
  align?: "start" | "end";
  testId?: string;
}

const GAP_PX = 8;

/** The larger of the heights below and above a button: a longer sheet would end out of the window, where nothing scrolls it. */
const roomBeside = ({ top, bottom }: DOMRect): number => Math.max(innerHeight - bottom, top) - GAP_PX;

/**
 * A button that opens a small sheet below it; closes by Esc, by the button, and by a click elsewhere.
 *
 * The browser opens and closes it and gives the focus back: the `popover` attribute is Baseline, so every browser has it.
 * The style sheet puts it below the button by anchor positioning; a browser without that shows it in the middle.
 */
export function Popover(props: PopoverProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const id = useId();
  const sheet = useRef<HTMLElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  // Who opens a long list goes on by typing. The browser looks for the attribute while it opens the sheet, before any
  // further key: `toggle` comes later, and would take the focus back from where a quick Tab has put it.
  useLayoutEffect(() => {
    if (open) sheet.current?.querySelector("input[type=search]")?.setAttribute("autofocus", "");
  }, [open]);
  // A face with words is its own name: speech control calls the button by what it shows.
  const worded = typeof props.trigger === "string" && /\p{L}/u.test(props.trigger);
  const onBeforeToggle = ({ newState }: { readonly newState: string }): void => {
    if (newState !== "open" || !sheet.current || !button.current) return;
    sheet.current.style.setProperty("--room", `${roomBeside(button.current.getBoundingClientRect())}px`);
    setOpen(true);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !open || event.isComposing) return;
    // Left to itself, a search field takes the key to empty itself, and the page to go one level up.
    event.preventDefault();
    sheet.current?.hidePopover();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears Esc from the controls inside it
    <div class={`popover ${props.align ?? "end"}`} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        class="button quiet"
        popovertarget={id}
        aria-expanded={open}
        aria-label={worded ? undefined : props.label}
        title={props.label}
        data-testid={props.testId}
      >
        {props.trigger}
      </button>
      <section
        id={id}
        ref={sheet}
        popover="auto"
        class="sheet"
        aria-label={props.label}
        onBeforeToggle={onBeforeToggle}
        // Not before it is closed: the browser gives the focus back from a control that is still there.
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {open && props.children}
      </section>
    </div>
  );
}
