/** A computed signal that only changes when its content does. */

import { computed, type ReadonlySignal } from "@preact/signals";

/** Like `computed`, but the same object as long as it is the same JSON, so that dependents do not run for nothing. */
export function stableComputed<T>(compute: () => T): ReadonlySignal<T> {
  const stable = sameWhileEqual<T>();
  return computed(() => stable(compute()));
}

/** Gives the value that it got last instead of an equal one. */
function sameWhileEqual<T>(): (value: T) => T {
  let last: { json: string; value: T } | null = null;
  return (value) => {
    const json = JSON.stringify(value);
    if (last?.json !== json) last = { json, value };
    return last.value;
  };
}
