/** Words around the warnings above the curves; they themselves are the server's. */
export const notices = {
  "notice.bar": "Before you believe the curves",
  "notice.hide": "Put this warning away",
  "notice.more": "and {n} more",
  "notice.fewer": "only the first",
  "notice.open": "Open {run}",
} as const;
