/** Whether the pointer moved. After a scroll, browsers report what lies under a pointer that did not. */

let last: readonly [number, number] | null = null;

/** False for an event at the very place of the one before: the page moved, not the pointer. */
export function pointerMoved(event: Event): boolean {
  if (!(event instanceof MouseEvent)) return true;
  const { screenX, screenY } = event;
  const moved = last === null || last[0] !== screenX || last[1] !== screenY;
  last = [screenX, screenY];
  return moved;
}
