/** 全部可见文字的中文版。 */

import type { MessageKey } from "../en";
import { conversation } from "./conversation";
import { dialogs } from "./dialogs/dialogs";
import { info } from "./dialogs/info";
import { diff } from "./diff";
import { errors } from "./errors";
import { findingsInBars } from "./findings/bars";
import { findingsList } from "./findings/list";
import { first } from "./first";
import metricNames from "./metricNames.json";
import { metrics } from "./metrics";
import { notices } from "./notices";
import { overviewCharts } from "./overview/charts";
import { overview } from "./overview/curves";
import { overviewPanels } from "./overview/panels";
import { overviewStep } from "./overview/step";
import { overlay } from "./runs/overlay";
import { runsView } from "./runs/view";
import { sample } from "./sample";
import { samples } from "./samples";
import { shell } from "./shell";
import { tokens } from "./tokens";
import { groups } from "./views/groups";
import { prompts } from "./views/prompts";
import { reading } from "./views/reading";

export { metricNames };

export const zh = {
  ...conversation,
  ...dialogs,
  ...diff,
  ...errors,
  ...findingsInBars,
  ...findingsList,
  ...first,
  ...groups,
  ...prompts,
  ...reading,
  ...info,
  ...metrics,
  ...notices,
  ...overview,
  ...overviewCharts,
  ...overviewPanels,
  ...overviewStep,
  ...overlay,
  ...runsView,
  ...sample,
  ...samples,
  ...shell,
  ...tokens,
} satisfies Record<MessageKey, string>;
