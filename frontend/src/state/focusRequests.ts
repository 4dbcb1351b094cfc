/** Fields that keys and chips elsewhere want the cursor in. A field takes it as soon as it is on screen. */

import { signal } from "@preact/signals";
import { select } from "./selection";

/** Each goes up when its field is wanted; the field sets it back to 0 when it takes the focus. */
export const searchFocusRequests = signal(0);
export const filterFocusRequests = signal(0);

/** Shows the search field, with the cursor in it. */
export function editSearch(): void {
  select({ view: "samples" }, "push");
  searchFocusRequests.value += 1;
}

/** Shows the filter's field, with the cursor in it. */
export function editFilter(): void {
  select({ view: "samples", sample: null }, "push");
  filterFocusRequests.value += 1;
}
