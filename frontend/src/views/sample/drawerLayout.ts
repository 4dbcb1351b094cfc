/** The layout and width of the drawer, remembered between visits. */

import { isNumber, isOneOf, storedSignal } from "../../lib/storage";

/** Where the drawer stands. */
export const DRAWER_LAYOUTS = ["over", "split", "full"] as const;
export type DrawerLayout = (typeof DRAWER_LAYOUTS)[number];

/** Over the table, beside it, or instead of it. */
export const drawerLayout = storedSignal<DrawerLayout>("drawer.layout", "over", isOneOf(...DRAWER_LAYOUTS));

const MIN_WIDTH = 25;
const MAX_WIDTH = 95;

const isWidth = (value: unknown): value is number =>
  isNumber(value) && value >= MIN_WIDTH && value <= MAX_WIDTH;

/** Share of the view in percent. */
export const drawerWidth = storedSignal("drawer.width", 60, isWidth);

/** Gives the drawer this share of the view, within its limits. */
export function resizeDrawer(percent: number): void {
  drawerWidth.value = Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, percent)));
}
