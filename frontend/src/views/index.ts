/** The views by their names. A new view is a folder here, an entry in `files`, and its slice in `state/addressFields`. */

import { PartOfPage } from "../shell/pageStates";
import type { ViewName } from "../state/addressFields";
import { type LaterComponent, later } from "../ui";
import { VIEW_FILES } from "./files";

/** Each is a file of its own in the bundle: the one that the address names is read first. */
export const VIEW_COMPONENTS: Readonly<Record<ViewName, LaterComponent<object>>> = {
  overview: later(VIEW_FILES.overview, PartOfPage),
  samples: later(VIEW_FILES.samples, PartOfPage),
  groups: later(VIEW_FILES.groups, PartOfPage),
  prompts: later(VIEW_FILES.prompts, PartOfPage),
  tokens: later(VIEW_FILES.tokens, PartOfPage),
  findings: later(VIEW_FILES.findings, PartOfPage),
  runs: later(VIEW_FILES.runs, PartOfPage),
};
