/** Ready-made orders of the list, each with a sentence on why one would look at it (`samples.preset.<name>.hint`). */

export const PRESETS = [
  "best",
  "worst",
  "largest_kl",
  "smallest_kl",
  "most_negative_kl",
  "suspect_reference",
  "repeated",
  "random",
] as const;
