/** The page when there is nothing to show, in a file of its own: most logs have something. */

import { lazy } from "../ui";
import { LazyFallback } from "./pageStates";

export const NoRuns = lazy(async () => (await import("./emptyStates")).NoRuns, LazyFallback);
export const NoSamples = lazy(async () => (await import("./emptyStates")).NoSamples, LazyFallback);
export const UnknownRun = lazy(async () => (await import("./emptyStates")).UnknownRun, LazyFallback);
