/** Words of the runs that lie over the curves. */
export const overlay = {
  "overlay.choose": "+ runs",
  "overlay.choose.hint": "Lay the curves of other runs over these, up to {most}",
  "overlay.legend": "Runs in every chart",
  "overlay.hide": "Hide the curves of {run}",
  "overlay.show": "Show the curves of {run}",
  "overlay.remove": "Take {run} off",
  "overlay.error": "did not come",
  "overlay.search": "Search {n} {n|run|runs}",
  "overlay.full": "{most} {most|run|runs} at most: take one off first.",
  "overlay.nothing": "No run fits.",
  "split.by": "split by",
  "split.none": "nothing",
  "split.loading": "counting …",
  "split.no_charts": "No chart shows a number of samples.",
  "split.legend": "Values of {by} in every chart",
  "split.samples": "{n} {n|sample|samples}",
  "split.empty": "(empty)",
  "split.rest": "{n} more {n|value|values}, {samples} {samples|sample|samples}",
  "split.without": "{n} {n|sample|samples} without",
  "split.nothing": "No sample fits.",
  "split.unknown":
    "{run} has no text column {by}, which the link splits the curves by: they are not split. It has {columns}.",
  "split.unknown.undo": "Take the split off",
  "split.unknown_none":
    "{run} has no text column {by}, which the link splits the curves by: they are not split. Log one with each sample.",
} as const;
