/** Words of views and dialogs that the first view has as well: theirs are read later. */
export const first = {
  "info.open": "About this run: files, settings, scalars, joins (i)",
  "info.mapping.guessed": "The columns were guessed: {columns}",
  "info.mapping.bar": "Guessed columns",
  "info.mapping.show": "Show or correct",
  "info.mapping.hide": "Put this line away; the mapping stays in the run’s information (i)",
  "samples.none": "No samples in these steps",
  "samples.none.advice": "Choose another step or split, or all steps.",
  "filter.edit": "Change the filter (f)",
  "filter.clear": "Take the filter off",
  "filter.none": "No sample fits the filter",
  "filter.none.advice": "Change the filter or take it off (✕ in the bar above), or look at all steps.",
  "sample.copy": "copy",
  "sample.copy.done": "copied",
  "sample.copy.error": "not allowed by the browser",
} as const;
