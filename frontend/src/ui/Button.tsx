import type { ComponentChildren, JSX } from "preact";

export interface ButtonProps {
  children: ComponentChildren;
  onClick: (event: MouseEvent) => void;
  /** The accessible name, needed where the content is a sign and no word; also the tooltip unless `hint` is given. */
  label?: string;
  hint?: string;
  disabled?: boolean;
  /** Whether a toggle button is on; undefined for any other button. */
  pressed?: boolean;
  quiet?: boolean;
  primary?: boolean;
  testId?: string;
  /** The key that does the same; shown on the button while the keys are listed. */
  hotKey?: string;
}

/** A button of the kit: bordered, quiet or primary. */
export function Button(props: ButtonProps): JSX.Element {
  const looks = ["button", props.quiet ? "quiet" : "", props.primary ? "primary" : ""];
  return (
    <button
      type="button"
      class={looks.filter(Boolean).join(" ")}
      aria-label={props.label}
      aria-pressed={props.pressed}
      title={props.hint ?? props.label}
      disabled={props.disabled}
      data-testid={props.testId}
      data-key={props.hotKey}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}
