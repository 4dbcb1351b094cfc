/** The filter: an expression that narrows lists and curves. */
export const filter = {
  "filter.label": "Filter the samples (f): a condition on their numbers and texts; Enter applies it",
  "filter.placeholder": "filter: reward > 0.5",
  "filter.examples": "Examples of filters",
  "filter.about":
    "A condition in SQL: = <> < > BETWEEN IN LIKE IS NULL, AND OR NOT. Enter applies it to the list, the curves and the distributions. For example:",
  "filter.names": "Names: {names}",
  "filter.edit": "Change the filter (f)",
  "filter.clear": "Take the filter off",
  "filter.none": "No sample fits the filter",
  "filter.none_advice": "Change the filter or take it off (✕ in the bar above), or look at all steps.",
} as const;
