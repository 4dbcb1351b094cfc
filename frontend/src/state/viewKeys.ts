/** The digits lead to the views, in the order of their tabs. */

import { VIEWS, type ViewName } from "./addressFields";
import type { KeyMap } from "./keys";
import { select } from "./selection";

/** The key of a view's tab. */
export function keyOfView(view: ViewName): string {
  return String(VIEWS.indexOf(view) + 1);
}

/** The view that a key leads to, if it is one of these keys. */
export function viewOfKey(key: string): ViewName | undefined {
  return VIEWS.find((view) => keyOfView(view) === key);
}

export const viewKeys: KeyMap = Object.fromEntries(
  VIEWS.map((view) => [keyOfView(view), () => select({ view }, "push")]),
);
