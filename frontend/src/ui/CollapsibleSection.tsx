import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { isBoolean, setting } from "../lib/storage";

export interface CollapsibleSectionProps {
  /** The name under which it is remembered whether the section is open. */
  id: string;
  title: string;
  /** Controls for the open content. */
  tools?: ComponentChildren;
  testId: string;
  children: ComponentChildren;
}

/** A section that is closed at first and remembers whether it is open; its button stands in one row with others'. */
export function CollapsibleSection({
  id,
  title,
  tools,
  testId,
  children,
}: CollapsibleSectionProps): JSX.Element {
  const open = setting(`open.${id}`, false, isBoolean);
  const content = useId();
  return (
    <section class="fold" data-testid={testId}>
      <button
        type="button"
        class="button quiet"
        aria-expanded={open.value}
        aria-controls={content}
        data-testid={`${testId}-toggle`}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        <span aria-hidden="true">{open.value ? "▾" : "▸"}</span> {title}
      </button>
      <div id={content} class="fold-content" hidden={!open.value}>
        {open.value && tools !== undefined && <div class="fold-tools">{tools}</div>}
        {open.value && children}
      </div>
    </section>
  );
}
