/** Every visible string in English, and the type of their keys. A new view adds its file here and in `zh/`. */
// The words of conversations are read with them (`addEnglish`): the first view has none.

import type { conversation } from "./conversation";
import { errors } from "./errors";
import { info } from "./info";
import { metrics } from "./metrics";
import { notices } from "./notices";
import { overviewCharts } from "./overview/charts";
import { overview } from "./overview/curves";
import { overviewStep } from "./overview/step";
import { sample } from "./sample";
import { samples } from "./samples";
import { shell } from "./shell";
import { tokens } from "./tokens";

export const en = {
  ...errors,
  ...info,
  ...metrics,
  ...notices,
  ...overview,
  ...overviewCharts,
  ...overviewStep,
  ...sample,
  ...samples,
  ...shell,
  ...tokens,
} as const;

/** All of them, those that are read later included. */
export type English = typeof en & typeof conversation;
export type MessageKey = keyof English;
