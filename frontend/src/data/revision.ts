/** Which state of the server's index the page knows. */

import { signal } from "@preact/signals";

/** Changes whenever any answer of the server may have: every question on screen is then asked again. */
export const revision = signal("");

/** When the revision last changed while the page was open, in ms since 1970; null if it has not. */
export const changedAt = signal<number | null>(null);
