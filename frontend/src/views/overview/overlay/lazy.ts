/** The choice of runs to lay over the curves and their legend, in a file of their own: the curves are there first. */

import { lazy } from "../../../ui";

const Nothing = (): null => null;

export const SplitBar = lazy(async () => (await import("./SplitBar")).SplitBar, Nothing);

export const OverlayBar = lazy(async () => (await import("./OverlayBar")).OverlayBar, Nothing);
