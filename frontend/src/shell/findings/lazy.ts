/** What bars and curves show of findings, in a file of its own: the page is there before the run is checked. */

import { lazy } from "../../ui";

/** Findings are not what the page is there for: as long as their file is not there, it is as without any. */
const Nothing = (): null => null;

export const FindingsBadge = lazy(async () => (await import("./FindingsBadge")).FindingsBadge, Nothing);
export const FindingsStrip = lazy(async () => (await import("./FindingsStrip")).FindingsStrip, Nothing);
export const RunFindings = lazy(async () => (await import("./RunFindings")).RunFindings, Nothing);
