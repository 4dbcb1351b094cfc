/** The panels of the selected step, in a file of their own: they stand below the curves, which are there first. */

import { lazy } from "../../../ui";

// As long as their file is not there nothing stands there; below it there is nothing that could move.
const Nothing = (): null => null;

export const StepPanels = lazy(async () => (await import("./StepPanels")).StepPanels, Nothing);
