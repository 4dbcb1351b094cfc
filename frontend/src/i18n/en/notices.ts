/** Words of the warnings above the curves. A server's sentence is shown as it is where its kind has no words here. */
export const notices = {
  "notice.bar": "Before you believe the curves",
  "notice.hide": "Put this warning away",
  "notice.more": "and {n} more",
  "notice.fewer": "only the first",
  "notice.open": "Open {run}",
  "notice.repeated_steps":
    "{first} and {second} log {n} of the same steps ({from} to {to}), and their samples are averaged into one curve. If they are two trainings, move each file into a folder of its own.",
} as const;
