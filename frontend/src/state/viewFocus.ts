/** Where the focus goes back to once something was chosen by hand: the innermost pane, whose keys work again at once. */

import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { scrollByKey } from "../lib/scrollKeys";
import { rankOf } from "./keys";

interface FocusReturn {
  scope: string;
  element: RefObject<HTMLElement | null>;
}

let focusReturns: readonly FocusReturn[] = [];

/** The innermost pane that is on screen; null before there is one. */
function innermostPane(): HTMLElement | null {
  return focusReturns.find(({ element }) => element.current?.isConnected)?.element.current ?? null;
}

/** Gives the focus to the innermost pane that is on screen, unless it is inside it already. */
export function focusView(): void {
  innermostPane()?.focus({ preventScroll: true });
}

/** Scrolls the innermost pane by a key that nobody else has taken. */
export function scrollView(event: KeyboardEvent): void {
  scrollByKey(event, innermostPane());
}

/** Whether the focus was on something that is gone. Another page's focus is left alone. */
function isFocusLost(): boolean {
  return document.hasFocus() && document.activeElement === document.body;
}

/** Gives the focus to the innermost pane where it was on something that is gone. */
export function restoreFocus(): void {
  if (isFocusLost()) focusView();
}

/** Makes an element the place that the focus goes back to while the pane with this scope of keys is on screen. */
export function useFocusReturn(element: RefObject<HTMLElement | null>, scope: string): void {
  useEffect(() => {
    const home: FocusReturn = { scope, element };
    focusReturns = [home, ...focusReturns].sort((a, b) => rankOf(b.scope) - rankOf(a.scope));
    restoreFocus();
    return () => {
      focusReturns = focusReturns.filter((other) => other !== home);
      restoreFocus();
    };
  }, [element, scope]);
}

/** Where the focus has to stay: the browser gives it back when these close. */
const OVERLAYS = "dialog, [popover]";

/** Keys that end the choosing in a list of options; arrows and letters go on with it. */
const CHOOSING_ENDS = new Set(["", "Enter", " "]);

/** The last key pressed since the pointer was used: "" means that the hand is on the pointer. */
let lastKey = "";
/** The button of the sheet that the pointer has opened. */
let openedByPointer: Element | null = null;

function isChosenByPointer(target: Element): boolean {
  if (target.closest(OVERLAYS) !== null) return false;
  if (target instanceof HTMLSelectElement) return CHOOSING_ENDS.has(lastKey);
  const isChoice = target instanceof HTMLInputElement && ["range", "checkbox", "radio"].includes(target.type);
  return isChoice && lastKey === "";
}

function onChange({ target }: Event): void {
  if (target instanceof Element && isChosenByPointer(target)) focusView();
}

/** A click leaves the focus on the button, where Enter would press it again. `detail` is 0 where a key has clicked. */
function onClick({ target, detail }: MouseEvent): void {
  const button = target instanceof Element ? target.closest("button") : null;
  if (button === null || detail === 0 || button.closest(OVERLAYS) !== null) return;
  if (button.hasAttribute("popovertarget")) openedByPointer = button;
  else if (document.activeElement === button || document.activeElement === document.body) focusView();
}

function onToggle(event: Event): void {
  const opener = openedByPointer;
  if ((event as ToggleEvent).newState !== "closed" || opener === null) return;
  openedByPointer = null;
  if (document.activeElement === opener || isFocusLost()) focusView();
}

/** Whether Enter says all that there is to say: fields of numbers and of searches. */
function commitsOnEnter({ inputMode, type }: HTMLInputElement): boolean {
  return inputMode !== "" || type === "search";
}

/** Enter ends the typing of a number or a search, Esc leaves a list of options. */
function onKeyDown(event: KeyboardEvent): void {
  const { target, key } = event;
  if (event.isComposing || !(target instanceof HTMLElement) || target.closest(OVERLAYS) !== null) return;
  if (target instanceof HTMLSelectElement && key === "Escape") focusView();
  // After the field has had its say (a number that it refuses is still to be mended) and before the next key, which a
  // timer would not be: a browser hands out keys first.
  if (target instanceof HTMLInputElement && key === "Enter" && commitsOnEnter(target))
    queueMicrotask(() => target.getAttribute("aria-invalid") !== "true" && focusView());
}

/** Listens to choices everywhere on the page and gives the keys back to the view after each. Returns what undoes it. */
export function restoreFocusAfterChoices(): () => void {
  const control = new AbortController();
  const { signal } = control;
  const early = { capture: true, signal };
  const remember = (key: string): void => {
    lastKey = key;
  };
  document.addEventListener("keydown", ({ key }) => remember(key), early);
  document.addEventListener("pointerdown", () => remember(""), early);
  document.addEventListener("toggle", onToggle, early);
  document.addEventListener("change", onChange, { signal });
  document.addEventListener("click", onClick, { signal });
  document.addEventListener("keydown", onKeyDown, { signal });
  return () => control.abort();
}
