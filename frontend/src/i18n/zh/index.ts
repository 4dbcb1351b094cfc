/** 全部可见文字的中文版。 */

import type { MessageKey } from "../en";
import { conversation } from "./conversation";
import { errors } from "./errors";
import { findingsInBars } from "./findings/bars";
import { findingsList } from "./findings/list";
import { first } from "./first";
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

export const zh = {
  ...conversation,
  ...errors,
  ...findingsInBars,
  ...findingsList,
  ...first,
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
} satisfies Record<MessageKey, string>;
