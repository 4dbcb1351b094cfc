/** The views by their names. A new view is a folder here, an entry below, and its slice in `state/addressFields`. */

import { PartOfPage } from "../shell/pageStates";
import type { ViewName } from "../state/addressFields";
import { type LaterComponent, later } from "../ui";

/** Each is a file of its own in the bundle: the one that the address names is read first. */
export const VIEW_COMPONENTS: Readonly<Record<ViewName, LaterComponent<object>>> = {
  overview: later(async () => (await import("./overview/Overview")).Overview, PartOfPage),
  samples: later(async () => (await import("./samples/Samples")).Samples, PartOfPage),
  tokens: later(async () => (await import("./tokens/Tokens")).Tokens, PartOfPage),
  findings: later(async () => (await import("./findings/Findings")).Findings, PartOfPage),
};
