/** The current time for "how long ago", renewed every second while the tab is visible. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { visible } from "../host/appearance";

const clock = signal(Date.now());

/** The time in ms since 1970, renewed every second while the component is on screen. */
export function useNow(): ReadonlySignal<number> {
  const on = visible.value;
  useEffect(() => {
    if (!on) return undefined;
    clock.value = Date.now();
    const timer = setInterval(() => {
      clock.value = Date.now();
    }, 1000);
    return () => clearInterval(timer);
  }, [on]);
  return clock;
}
