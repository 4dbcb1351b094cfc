/** How much room the drawer takes; remembered. */

import { isBoolean, isNumber, isOneOf, setting } from "../../lib/storage";

export const LAYOUTS = ["over", "split", "full"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** Over the table, beside it, or instead of it. */
export const layout = setting<Layout>("drawer.layout", "over", isOneOf(...LAYOUTS));

/** Whether the reference's answer stands beside the response, where there is room, or below it. */
export const beside = setting("drawer.beside", true, isBoolean);

const NARROWEST = 25;
const WIDEST = 95;

const isWidth = (value: unknown): value is number => isNumber(value) && value >= NARROWEST && value <= WIDEST;

/** Share of the view in percent. */
export const width = setting("drawer.width", 60, isWidth);

export function resize(percent: number): void {
  width.value = Math.round(Math.min(WIDEST, Math.max(NARROWEST, percent)));
}
