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
  "split_by.column": "split by",
  "split_by.none": "nothing",
  "split_by.loading": "counting …",
  "split_by.no_charts": "No chart shows a number of samples.",
  "split_by.legend": "Values of {by} in every chart",
  "split_by.samples": "{n} {n|sample|samples}",
  "split_by.empty": "(empty)",
  "split_by.rest": "{n} more {n|value|values}, {samples} {samples|sample|samples}",
  "split_by.without": "{n} {n|sample|samples} without",
  "split_by.nothing": "No sample fits.",
  "split_by.unknown":
    "{run} has no text column {by}, which the link splits the curves by: they are not split. It has {columns}.",
  "split_by.unknown.undo": "Take the split off",
  "split_by.unknown_none":
    "{run} has no text column {by}, which the link splits the curves by: they are not split. Log one with each sample.",
} as const;
