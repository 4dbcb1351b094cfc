/** The keyboard: who listens to which key, and the list that the help dialog shows. */

import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Returns false where the key meant nothing, so that the browser does what it always does with it. */
export type KeyHandler = (event: KeyboardEvent) => unknown;

export type KeyMap = Readonly<Record<string, KeyHandler>>;

interface Layer {
  scope: string;
  map: { current: KeyMap };
}

const layers = signal<readonly Layer[]>([]);

/** Which pane gets a key first: the innermost one. The order of registration does not tell, as effects of children run first. */
const RANK: Readonly<Record<string, number>> = { shell: 0, sample: 2 };
const VIEW_RANK = 1;

/** How far inside the page the pane with this scope lies. */
export function rankOf(scope: string): number {
  return RANK[scope] ?? VIEW_RANK;
}

/** Keys that listen now, by scope. Their words are in the catalogue: `<scope>.key.<key>`. */
export function activeKeys(): { scope: string; keys: string[] }[] {
  const scopes = new Map<string, Set<string>>();
  for (const { scope, map } of layers.value) {
    const keys = scopes.get(scope) ?? new Set();
    for (const key of Object.keys(map.current)) keys.add(key);
    scopes.set(scope, keys);
  }
  return [...scopes].map(([scope, keys]) => ({ scope, keys: [...keys] }));
}

const TEXT_INPUTS = new Set([
  "text",
  "search",
  "number",
  "password",
  "email",
  "url",
  "tel",
  "range",
  "date",
  "time",
]);

/** Keys that mean nothing to a list of options that ↑ and ↓ do not do as well. */
const NOT_FOR_OPTIONS = new Set(["ArrowLeft", "ArrowRight"]);

/** Whether the key pressed here is meant for the element itself. */
function isForField(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return TEXT_INPUTS.has(target.type);
  if (target instanceof HTMLSelectElement) return !NOT_FOR_OPTIONS.has(key);
  return (
    target instanceof HTMLTextAreaElement ||
    target.isContentEditable ||
    target.closest("[contenteditable=true]") !== null
  );
}

/** 229 is what browsers report while an input method composes a character, also where isComposing lags behind. */
const COMPOSING = 229;

/** Gives a pressed key to the innermost layer that wants it. */
export function dispatchKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.keyCode === COMPOSING) return;
  if (event.ctrlKey || event.metaKey || event.altKey || isForField(event.target, event.key)) return;
  for (const { map } of layers.value) {
    const handler = Object.hasOwn(map.current, event.key) ? map.current[event.key] : undefined;
    if (handler === undefined || handler(event) === false) continue;
    event.preventDefault();
    return;
  }
  // Else a list of options would take them for ↑ and ↓ at the first and the last step.
  if (event.target instanceof HTMLSelectElement) event.preventDefault();
}

/** Listens while the returned function was not called. */
export function registerKeys(map: { current: KeyMap }, scope: string): () => void {
  const layer: Layer = { scope, map };
  layers.value = [layer, ...layers.peek()].sort((a, b) => rankOf(b.scope) - rankOf(a.scope));
  return () => {
    layers.value = layers.peek().filter((other) => other !== layer);
  };
}

/**
 * Listens to keys while the component is on screen.
 *
 * @param map Handlers by `KeyboardEvent.key`: "j", "N" (with shift), "ArrowLeft", "Escape", "?".
 * @param scope The catalogue that describes them: "sample" has `sample.keys` (a heading) and `sample.key.n`, …
 */
export function useKeys(map: KeyMap, scope: string): void {
  const latest = useRef(map);
  latest.current = map;
  // Not after the next frame: whoever sees the component may press its keys.
  useLayoutEffect(() => registerKeys(latest, scope), [scope]);
}
