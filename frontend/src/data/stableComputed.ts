/** A computed signal that only changes when its content does. */

import { computed, type ReadonlySignal } from "@preact/signals";

/** Like `computed`, but the same object as long as it is the same JSON, so that dependents do not run for nothing. */
export function stableComputed<T>(compute: () => T): ReadonlySignal<T> {
  let last: { json: string; value: T } | null = null;
  return computed(() => {
    const value = compute();
    const json = JSON.stringify(value);
    if (last?.json !== json) last = { json, value };
    return last.value;
  });
}
