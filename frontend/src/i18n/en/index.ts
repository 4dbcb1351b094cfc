/** Every visible string in English, and the type of their keys. A new view adds its file here or in `lazy.ts`, and in `zh/`. */

import { errors } from "./errors";
import type { findingsInBars } from "./findings/bars";
import type { findingsList } from "./findings/list";
import { first } from "./first";
import type { lazy } from "./lazy";
import { metrics } from "./metrics";
import { notices } from "./notices";
import { overviewCharts } from "./overview/charts";
import { overview } from "./overview/curves";
import type { overviewPanels } from "./overview/panels";
import { overviewStep } from "./overview/step";
import type { overlay } from "./runs/overlay";
import type { runsView } from "./runs/view";
import { shell } from "./shell";

/** What the first view needs. */
export const en = {
  ...errors,
  ...first,
  ...metrics,
  ...notices,
  ...overview,
  ...overviewCharts,
  ...overviewStep,
  ...shell,
} as const;

/** All of them, those that are read later included. */
export type English = typeof en &
  typeof lazy &
  typeof findingsInBars &
  typeof findingsList &
  typeof overviewPanels &
  typeof overlay &
  typeof runsView;
export type MessageKey = keyof English;
