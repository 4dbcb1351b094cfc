/** The Chinese sentences of all files, as data. Whoever runs this without a bundler (`vite.config.ts`) needs the attributes. */

import board from "./board.json" with { type: "json" };
import elsewhere from "./elsewhere.json" with { type: "json" };
import findings from "./findings.json" with { type: "json" };
import formats from "./formats.json" with { type: "json" };
import index from "./index.json" with { type: "json" };
import kinds from "./kinds.json" with { type: "json" };
import settings from "./settings.json" with { type: "json" };
import sources from "./sources.json" with { type: "json" };

/** Every English template with its Chinese one. */
export const SENTENCES: readonly (readonly [english: string, chinese: string])[] = [
  board,
  findings,
  formats,
  index,
  settings,
  sources,
  kinds,
  elsewhere,
].flatMap((file) => Object.entries<string>(file));
