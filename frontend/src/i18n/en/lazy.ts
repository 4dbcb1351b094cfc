/** The English words that the first view has none of: they are read with what shows them (`../lazyWords`). */

import { conversation } from "./conversation";
import { dialogs } from "./dialogs/dialogs";
import { info } from "./dialogs/info";
import { diff } from "./diff";
import { sample } from "./sample";
import { samples } from "./samples";
import { tokens } from "./tokens";
import { groups } from "./views/groups";
import { prompts } from "./views/prompts";
import { reading } from "./views/reading";

export const lazy = {
  ...conversation,
  ...dialogs,
  ...info,
  ...groups,
  ...diff,
  ...info,
  ...prompts,
  ...reading,
  ...sample,
  ...samples,
  ...tokens,
} as const;
