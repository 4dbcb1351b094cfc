import { signal } from "@preact/signals";

/** The step under the pointer in any of the curves; null when the pointer is elsewhere. */
export const hoveredStep = signal<number | null>(null);
