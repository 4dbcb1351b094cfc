import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

export interface DialogProps {
  title: string;
  /** The words of the closing button. */
  closeLabel: string;
  onClose: () => void;
  children: ComponentChildren;
  testId?: string;
}

/** A modal dialog; on screen while it is rendered. The browser keeps the focus inside; afterwards it goes back. */
export function Dialog(props: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const title = useId();
  // In the frame of the key that opened it: the next Escape is the dialog's.
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // The browser cannot: by now the dialog has left the page.
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      class="dialog"
      ref={element}
      aria-labelledby={title}
      data-testid={props.testId}
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
    >
      {/* No header element: outside a section it would be a second banner of the page. */}
      <div class="head">
        <h2 id={title} class="dialog-title">
          {props.title}
        </h2>
        <button
          type="button"
          class="button quiet"
          aria-label={props.closeLabel}
          title={props.closeLabel}
          onClick={props.onClose}
        >
          ✕
        </button>
      </div>
      {/* A place that scrolls must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <div class="content" tabIndex={0}>
        {props.children}
      </div>
    </dialog>
  );
}
