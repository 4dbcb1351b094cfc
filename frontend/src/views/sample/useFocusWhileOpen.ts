import { useEffect } from "preact/hooks";

/**
 * Moves the focus into the element while it is on screen, so that keys and screen readers start there; then gives it
 * back.
 */
export function useFocusWhileOpen(root: { current: HTMLElement | null }): void {
  useEffect(() => {
    const before = document.activeElement;
    const drawer = root.current;
    drawer?.focus({ preventScroll: true });
    return () => {
      const now = document.activeElement;
      const elsewhere = now !== null && now !== document.body && !drawer?.contains(now);
      // A focus that was moved on purpose (into the search field) stays.
      if (!elsewhere && before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    };
  }, [root]);
}
