/** The current time for "how long ago", renewed while the tab is visible. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { visible } from "../host/appearance";

const clock = signal(Date.now());

/** The time in ms since 1970, renewed while the component is on screen; the page at rest does nothing else. */
export function useNow(everyMs: number): ReadonlySignal<number> {
  const on = visible.value;
  useEffect(() => {
    if (!on) return undefined;
    clock.value = Date.now();
    const timer = setInterval(() => {
      clock.value = Date.now();
    }, everyMs);
    return () => clearInterval(timer);
  }, [on, everyMs]);
  return clock;
}
