/** The page when there is nothing to show, in a file of its own: most logs have something. */

import { later } from "../ui";
import { PartOfPage } from "./pageStates";

export const NoRuns = later(async () => (await import("./emptyStates")).NoRuns, PartOfPage);
export const NoSamples = later(async () => (await import("./emptyStates")).NoSamples, PartOfPage);
export const UnknownRun = later(async () => (await import("./emptyStates")).UnknownRun, PartOfPage);
