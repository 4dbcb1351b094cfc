import { useEffect } from "preact/hooks";

/** Takes the focus of the page when it opens, so that keys and reading start here, and gives it back. */
export function useFocusWhileOpen(root: { current: HTMLElement | null }): void {
  useEffect(() => {
    const before = document.activeElement;
    const drawer = root.current;
    drawer?.focus({ preventScroll: true });
    return () => {
      const now = document.activeElement;
      const elsewhere = now !== null && now !== document.body && !drawer?.contains(now);
      // Where the focus was moved on purpose (a search begun over the drawer), it stays.
      if (!elsewhere && before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    };
  }, [root]);
}
