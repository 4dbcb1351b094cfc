/** The views by their names. A new view is a folder here, an entry in `files`, and its slice in `state/addressFields`. */

import { LazyFallback } from "../shell/pageStates";
import type { ViewName } from "../state/addressFields";
import { type LazyComponent, lazy } from "../ui";
import { VIEW_FILES } from "./files";

/** Each is a file of its own in the bundle: the one that the address names is read first. */
export const VIEW_COMPONENTS: Readonly<Record<ViewName, LazyComponent<object>>> = {
  overview: lazy(VIEW_FILES.overview, LazyFallback),
  samples: lazy(VIEW_FILES.samples, LazyFallback),
  groups: lazy(VIEW_FILES.groups, LazyFallback),
  prompts: lazy(VIEW_FILES.prompts, LazyFallback),
  tokens: lazy(VIEW_FILES.tokens, LazyFallback),
  findings: lazy(VIEW_FILES.findings, LazyFallback),
  runs: lazy(VIEW_FILES.runs, LazyFallback),
};
