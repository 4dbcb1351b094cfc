/** The choice of runs to lay over the curves and their legend, in a file of their own: the curves are there first. */

import { later } from "../../../ui";

const Nothing = (): null => null;

export const SplitBar = later(async () => (await import("./SplitBar")).SplitBar, Nothing);

export const OverlayBar = later(async () => (await import("./OverlayBar")).OverlayBar, Nothing);
