/** Whether the pointer itself went somewhere. After a scroll browsers report what has come to lie under a resting one. */

let last: readonly [number, number] | null = null;

/** False for an event at the very place of the one before: the page moved, not the pointer. */
export function pointerMoved(event: Event): boolean {
  if (!(event instanceof MouseEvent)) return true;
  const { screenX, screenY } = event;
  const moved = last === null || last[0] !== screenX || last[1] !== screenY;
  last = [screenX, screenY];
  return moved;
}
