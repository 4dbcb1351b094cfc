/**
 * Settings in localStorage, checked when they are read. They hold how things look; what is looked at is in the address.
 */

import { effect, type Signal, signal } from "@preact/signals";

const PREFIX = "rlboard.";
const signals = new Map<string, Signal<unknown>>();

function readStored(key: string): unknown {
  try {
    const text = localStorage.getItem(PREFIX + key);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    // No storage (a notebook's frame, private browsing), or not JSON: as if nothing was stored.
    return undefined;
  }
}

function writeStored(key: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Without storage the setting lives as long as the page.
  }
}

/**
 * A remembered value: one signal per key, however often it is asked for.
 *
 * `validate` decides what is believed of storage, which any older version or any other page may have written.
 */
export function storedSignal<T>(
  key: string,
  fallback: T,
  validate: (value: unknown) => value is T,
): Signal<T> {
  const existing = signals.get(key);
  if (existing !== undefined) return existing as Signal<T>;
  const found = readStored(key);
  const value = signal<T>(found !== undefined && validate(found) ? found : fallback);
  signals.set(key, value);
  let first = true;
  effect(() => {
    const now = value.value;
    if (!first) writeStored(key, now);
    first = false;
  });
  return value;
}

/** Forgets the signals but not the storage, as a reload of the page does. For tests. */
export function forgetStored(): void {
  signals.clear();
}

export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
export const isString = (value: unknown): value is string => typeof value === "string";
export const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);
export const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);

export const isOneOf =
  <const T extends string>(...allowed: T[]) =>
  (value: unknown): value is T =>
    allowed.some((word) => word === value);

export const isNumbers = (value: unknown): value is Record<string, number> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every(isNumber);
