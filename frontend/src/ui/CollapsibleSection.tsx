import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { isString, storedSignal } from "../lib/storage";

export interface CollapsibleSectionProps {
  id: string;
  /** Of the sections of one dock one is open at a time, so that none lies below what can be seen. It is remembered which. */
  dock: string;
  title: string;
  /** Controls for the open content. */
  tools?: ComponentChildren;
  testId: string;
  children: ComponentChildren;
}

/** A section of a dock, closed at first; its button stands in one row with those of the others. */
export function CollapsibleSection({
  id,
  dock,
  title,
  tools,
  testId,
  children,
}: CollapsibleSectionProps): JSX.Element {
  const opened = storedSignal(`open.${dock}`, "", isString);
  const isOpen = opened.value === id;
  const content = useId();
  return (
    <section class="fold" data-testid={testId}>
      <button
        type="button"
        class="button quiet"
        aria-expanded={isOpen}
        aria-controls={content}
        title={title}
        data-testid={`${testId}-toggle`}
        onClick={() => {
          opened.value = isOpen ? "" : id;
        }}
      >
        <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span> {title}
      </button>
      <div id={content} class="fold-content" hidden={!isOpen}>
        {isOpen && tools !== undefined && <div class="fold-tools">{tools}</div>}
        {isOpen && children}
      </div>
    </section>
  );
}
