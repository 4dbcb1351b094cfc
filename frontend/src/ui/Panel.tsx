import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { isBoolean, storedSignal } from "../lib/storage";

export interface PanelProps {
  /** The name under which it is remembered whether the panel is folded. */
  id: string;
  /** A sentence about the content. */
  title: string;
  /** A longer explanation for the tooltip. */
  hint?: string;
  /** Controls at the right of the title. */
  tools?: ComponentChildren;
  /** Folded until the user opens it. */
  folded?: boolean;
  foldLabel: string;
  testId?: string;
  children: ComponentChildren;
}

/** A titled box that can be folded and remembers it. Folded content is not rendered, so it loads no data. */
export function Panel(props: PanelProps): JSX.Element {
  const folded = storedSignal(`folded.${props.id}`, props.folded ?? false, isBoolean);
  const content = useId();
  const title = useId();
  return (
    <section class="panel" aria-labelledby={title} data-testid={props.testId}>
      <header>
        <button
          type="button"
          class="button quiet"
          aria-expanded={!folded.value}
          aria-controls={content}
          aria-label={props.foldLabel}
          title={props.foldLabel}
          onClick={() => {
            folded.value = !folded.value;
          }}
        >
          {folded.value ? "▸" : "▾"}
        </button>
        <h2 id={title} title={props.hint ?? props.title}>
          {props.title}
        </h2>
        {!folded.value && props.tools}
      </header>
      <div id={content} class="content" hidden={folded.value}>
        {!folded.value && props.children}
      </div>
    </section>
  );
}
