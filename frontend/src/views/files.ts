/** The files of the views: each is one of the bundle, read when it is needed. */

import type { FunctionComponent } from "preact";
import type { ViewName } from "../state/addressFields";

export const VIEW_FILES: Readonly<Record<ViewName, () => Promise<FunctionComponent>>> = {
  overview: async () => (await import("./overview/Overview")).Overview,
  samples: async () => (await import("./samples/Samples")).Samples,
  groups: async () => (await import("./groups/Groups")).Groups,
  prompts: async () => (await import("./prompts/Prompts")).Prompts,
  tokens: async () => (await import("./tokens/Tokens")).Tokens,
  findings: async () => (await import("./findings/Findings")).Findings,
  runs: async () => (await import("./runs/Runs")).Runs,
};
