import { effect } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import type { TokenStage } from "../shared/tokenViewState";
import { TextView } from "./TextView";

export interface TokenTextProps {
  stage: TokenStage;
  /** What scrolls the text. */
  scroller: RefObject<HTMLElement | null>;
  /** The position that the address holds. */
  pinned: number | null;
  onPin: (i: number | null) => void;
  /** Gives the view to whoever draws where it is scrolled to. */
  onView: (view: TextView | null) => void;
}

const MOVES: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** The response itself, each token coloured by the stage's metric. */
export function TokenText({ stage, scroller, pinned, onPin, onView }: TokenTextProps): JSX.Element {
  const root = useRef<HTMLElement>(null);
  const view = useRef<TextView | null>(null);
  const latest = useRef({ pinned, onPin, onView });
  latest.current = { pinned, onPin, onView };

  useEffect(() => {
    if (root.current === null) return undefined;
    const made = new TextView(root.current, stage.data, eventsOf(stage, latest), scroller.current);
    view.current = made;
    latest.current.onView(made);
    const stops = [
      effect(() => made.paint(stage.codes.value, stage.palette.value)),
      effect(() => {
        const i = stage.focused.value;
        made.mark("focus", i);
        if (i !== null) made.reveal(i, stage.byKey);
      }),
      effect(() => made.mark("hover", stage.hovered.value)),
    ];
    return () => {
      for (const stop of stops) stop();
      latest.current.onView(null);
      made.destroy();
    };
  }, [stage]);

  useEffect(() => view.current?.mark("pin", pinned), [stage, pinned]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = MOVES[event.key];
    if (by !== undefined) stage.move(by);
    else if (event.key === "Enter" && stage.focused.peek() !== null) onPin(stage.focused.peek());
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
      aria-label={t("sample.tokens.label", { n: stage.data.shown.length })}
      onKeyDown={onKeyDown}
    />
  );
}

interface Latest {
  current: Pick<TokenTextProps, "pinned" | "onPin">;
}

/** What pointing at a token and clicking on it do, in the text and in the matrix alike. */
export function eventsOf(stage: TokenStage, latest: Latest) {
  return {
    hover: (i: number | null): void => {
      stage.hovered.value = i;
    },
    pick: (i: number): void => {
      stage.focus(i, false);
      latest.current.onPin(latest.current.pinned === i ? null : i);
    },
  };
}
