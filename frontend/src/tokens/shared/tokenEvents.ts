/** What pointing at a token and clicking on it do, in the text and in the matrix alike. */

import type { TokenViewState } from "./tokenViewState";

/** What a view of tokens tells when the pointer moves or clicks. */
export interface TokenEvents {
  /** The pointer is on this token, or on none. */
  hover(i: number | null): void;
  /** This token was clicked. */
  pick(i: number): void;
}

/** The position a pointer or key event happened on, if on a token. */
export function tokenPosition(target: EventTarget | null): number | null {
  const span = target instanceof Element ? target.closest("[data-i]") : null;
  const i = span?.getAttribute("data-i");
  return i === null || i === undefined ? null : Number(i);
}

/** The pinned token, and what pins another one: read when the click comes. */
export interface Pinning {
  current: { readonly pinned: number | null; readonly onPin: (i: number | null) => void };
}

/** Events that move the shared view state; a click on the pinned token takes the pin off. */
export function tokenEvents(viewState: TokenViewState, pinning: Pinning): TokenEvents {
  return {
    hover: (i) => {
      viewState.hovered.value = i;
    },
    pick: (i) => {
      viewState.focus(i, false);
      pinning.current.onPin(pinning.current.pinned === i ? null : i);
    },
  };
}
