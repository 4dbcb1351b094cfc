/** The English words that the first view has none of: they are read with what shows them (`../laterWords`). */

import { conversation } from "./conversation";
import { info } from "./info";
import { sample } from "./sample";
import { samples } from "./samples";
import { tokens } from "./tokens";

export const later = { ...conversation, ...info, ...sample, ...samples, ...tokens } as const;
