/** What is said where numbers are of a part of a run, because it is still being read. */
export const reading = {
  "reading.part": "Numbers and lists below are not whole yet.",
  "reading.so_far": "{run} is still being read: {done} of {total} ({share}) so far.",
} as const;
