/** The window that owns the address bar. TensorBoard's page where we may touch it; else our own. */
export function hostWindow(): Window {
  try {
    // Reading it throws where the parent is of another origin.
    return window.parent.location.href === "" ? window : window.parent;
  } catch {
    return window;
  }
}
