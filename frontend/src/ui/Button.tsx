import type { ComponentChildren, JSX } from "preact";

export interface ButtonProps {
  children: ComponentChildren;
  onClick: (event: MouseEvent) => void;
  /** Needed where the content is a sign and no word; also the tooltip unless `hint` says more. */
  label?: string;
  hint?: string;
  disabled?: boolean;
  /** A button that stays down; undefined for one that does not. */
  pressed?: boolean;
  quiet?: boolean;
  primary?: boolean;
  testId?: string;
}

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
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}
