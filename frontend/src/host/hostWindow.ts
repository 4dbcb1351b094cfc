/** The window that owns the address bar: TensorBoard's page where we may touch it; else our own. */
export const hostWindow: Window = reachableParent() ?? globalThis.window;

function reachableParent(): Window | null {
  try {
    // Reading it throws where the parent is of another origin.
    return window.parent.location.href === "" ? null : window.parent;
  } catch {
    return null;
  }
}
