/** Words of the runs that lie over the curves. */
export const overlay = {
  "overlay.choose": "+ runs",
  "overlay.choose.hint": "Lay the curves of other runs over these, up to {most}",
  "overlay.legend": "Runs in every chart",
  "overlay.hide": "Hide the curves of {run}",
  "overlay.show": "Show the curves of {run}",
  "overlay.remove": "Take {run} off",
  "overlay.failed": "did not come",
  "overlay.search": "Search {n} runs",
  "overlay.full": "{most} runs at most: take one off first.",
  "overlay.nothing": "No run fits.",
} as const;
