/** What is said where numbers are of a part of a run, because it is still being read, and of a link that is not understood. */
export const reading = {
  "reading.part": "Numbers and lists below are not whole yet.",
  "reading.so_far": "{run} is still being read: {done} of {total} ({share}) so far.",
  "link.unread.bar": "What of the link is not understood",
  "link.unread.hide": "Put this away",
  "link.unread.word":
    "The link says {name}={value}, which is not known and left out: what is shown is not narrowed or ordered by it. {name} takes {words}.",
  "link.unread.whole":
    "The link says {name}={value}, which is no whole number and left out: what is shown does not depend on it.",
  "link.unread.finite":
    "The link says {name}={value}, which is no number and left out: what is shown does not depend on it.",
  "link.unread.name":
    "The link says {name}={value}, and nothing here is called {name}: what is shown does not depend on it.",
} as const;
