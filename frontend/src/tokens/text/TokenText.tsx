import { effect } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { tokenEvents } from "../shared/tokenEvents";
import type { TokenViewState } from "../shared/tokenViewState";
import { TextView } from "./TextView";
import { type TextSize, textSize } from "./textPlaces";

export interface TokenTextProps {
  viewState: TokenViewState;
  /** What scrolls the text. */
  scroller: RefObject<HTMLElement | null>;
  /** The position that the address holds. */
  pinned: number | null;
  onPin: (i: number | null) => void;
  /** Called with the view, for the strip that shows where it is scrolled to; null when it is gone. */
  onView: (view: TextView | null) => void;
  /** Read aloud where there are several texts on screen. */
  label?: string;
  /** Where several texts have the same room: measured for one of them, it is known to all. */
  room?: { current: TextSize | undefined };
}

const UNITS_BY_KEY: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** The response, each token coloured by the chosen metric. */
export function TokenText({
  viewState,
  scroller,
  pinned,
  onPin,
  onView,
  label,
  room,
}: TokenTextProps): JSX.Element {
  const root = useRef<HTMLElement>(null);
  const view = useRef<TextView | null>(null);
  const own = useRef<TextSize | undefined>(undefined);
  const size = room ?? own;
  const latest = useRef({ pinned, onPin, onView });
  latest.current = { pinned, onPin, onView };

  useEffect(() => {
    const element = root.current;
    if (element === null) return undefined;
    // Measured when the page has been laid out anyway, for the next sample's text.
    const observer = new ResizeObserver(() => {
      size.current = textSize(element, scroller.current);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // Before the frame: one with the texts of the new sample and the tokens of the old one would be painted else.
  useLayoutEffect(() => {
    if (root.current === null) return undefined;
    size.current ??= textSize(root.current, scroller.current);
    const made = new TextView(
      root.current,
      viewState.data,
      tokenEvents(viewState, latest),
      scroller.current,
      size.current,
    );
    view.current = made;
    latest.current.onView(made);
    const stops = [
      effect(() => made.paint(viewState.codes.value, viewState.palette.value)),
      effect(() => {
        const i = viewState.focused.value;
        made.mark("focus", i);
        if (i !== null) made.reveal(i, viewState.byKey);
      }),
      effect(() => made.mark("hover", viewState.hovered.value)),
    ];
    return () => {
      for (const stop of stops) stop();
      latest.current.onView(null);
      made.destroy();
    };
  }, [viewState]);

  useEffect(() => view.current?.mark("pin", pinned), [viewState, pinned]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = UNITS_BY_KEY[event.key];
    if (by !== undefined) viewState.move(by);
    else if (event.key === "Enter" && viewState.focused.peek() !== null) onPin(viewState.focused.peek());
    else return;
    event.preventDefault();
    // Everywhere else these keys walk the steps.
    event.stopPropagation();
  };

  return (
    <section
      ref={root}
      class="token-text"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk the tokens here.
      tabIndex={0}
      aria-label={label ?? t("sample.tokens.label", { n: viewState.data.shown.length })}
      onKeyDown={onKeyDown}
    />
  );
}
