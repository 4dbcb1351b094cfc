/** What tests of drawings share: a place of a width that jsdom does not have, frames at once, finding and pressing. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, vi } from "vitest";

/** Where the tests of this file draw; another one for each. */
let root: HTMLElement;

/** Gives each test of the calling file an empty place of 400 px, with frames that come at once. */
export function drawInPlace(): void {
  beforeEach(() => {
    root = document.createElement("div");
    document.body.replaceChildren(root);
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(400);
    vi.stubGlobal("requestAnimationFrame", (run: FrameRequestCallback) => {
      run(performance.now());
      return 0;
    });
  });
  afterEach(() => {
    act(() => render(null, root));
  });
}

export const show = (what: preact.ComponentChild) => act(() => render(what, root));

/** The element of the drawing that matches. */
export function one<T extends Element = HTMLElement>(query: string): T {
  const found = root.querySelector<T>(query);
  if (!found) throw new Error(`nothing matches ${query}`);
  return found;
}

/** All elements of the drawing that match. */
export const all = (query: string): NodeListOf<Element> => root.querySelectorAll(query);

/** Presses a key in an element; the event, which says whether it was taken. */
export function press(element: Element, key: string): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  act(() => {
    element.dispatchEvent(event);
  });
  return event;
}
