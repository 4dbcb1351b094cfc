/** What is said where numbers are of a part of a run, because it is still being read, and of a link that is not understood. */
export const reading = {
  "indexing.partial": "Numbers and lists below are not whole yet.",
  "indexing.so_far": "{run} is still being read: {done} of {total} ({share}) so far.",
  "link.invalid.bar": "What of the link is not understood",
  "link.invalid.hide": "Put this away",
  "link.invalid.word":
    "The link says {name}={value}, which is not known and left out: what is shown is not narrowed or ordered by it. {name} takes {words}.",
  "link.invalid.whole":
    "The link says {name}={value}, which is no whole number and left out: what is shown does not depend on it.",
  "link.invalid.finite":
    "The link says {name}={value}, which is no number and left out: what is shown does not depend on it.",
  "link.invalid.name":
    "The link says {name}={value}, and nothing here is called {name}: what is shown does not depend on it.",
} as const;
