/** The views by their names. A new view is a folder here, an entry below, and its slice in `state/addressFields`. */

import type { FunctionComponent } from "preact";
import type { ViewName } from "../state/addressFields";
import { Overview } from "./overview/Overview";
import { Samples } from "./samples/Samples";
import { Tokens } from "./tokens/Tokens";

export const VIEW_COMPONENTS: Readonly<Record<ViewName, FunctionComponent>> = {
  overview: Overview,
  samples: Samples,
  tokens: Tokens,
};
