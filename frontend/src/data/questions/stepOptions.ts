/** How answers about one step are asked for: by readers who walk along the steps. */

export const STEP_OPTIONS = {
  /** Enough to walk back and forth without asking again. */
  cacheSize: 16,
  /** Long enough for a held arrow key to move on, too short to be felt on a single press. */
  delayMs: 40,
} as const;
