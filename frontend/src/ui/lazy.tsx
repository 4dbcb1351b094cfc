/** Components in files of their own, which are read when they are needed: the page is there before all of it is read. */

import { signal } from "@preact/signals";
import type { FunctionComponent, JSX } from "preact";
import { useEffect } from "preact/hooks";

/** What is shown as long as the file is not there, or where it could not be read. */
export interface LazyFallbackProps {
  error: Error | null;
}

export interface LazyComponent<Props> extends FunctionComponent<Props> {
  /** Reads the file unless it is there; after a failure it is asked for anew. Never fails itself. */
  load: () => Promise<void>;
}

/** A component whose file is read when it is first shown, or by its `load` before that. */
export function lazy<Props extends object>(
  read: () => Promise<FunctionComponent<Props>>,
  Fallback: FunctionComponent<LazyFallbackProps>,
): LazyComponent<Props> {
  const found = signal<FunctionComponent<Props> | Error | null>(null);

  async function load(): Promise<void> {
    if (typeof found.peek() === "function") return;
    try {
      const component = await read();
      found.value = component;
    } catch (error) {
      found.value = error instanceof Error ? error : new Error(String(error));
    }
  }

  function Later(props: Props): JSX.Element {
    const Component = found.value;
    useEffect(() => void load(), []);
    return typeof Component === "function" ? <Component {...props} /> : <Fallback error={Component} />;
  }

  return Object.assign(Later, { load });
}
