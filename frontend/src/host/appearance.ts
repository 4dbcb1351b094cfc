/** What the page shows of its host: the theme, whether our tab is on screen, and the page's title. */

import { signal } from "@preact/signals";
import { hostWindow } from "./hostWindow";

/** True while our tab is the one on screen: TensorBoard hides a tab by giving its frame no height. */
export const visible = signal(true);

/** Follows TensorBoard's theme: a class of its body, since prefers-color-scheme knows the system's only. */
export function followTheme(): void {
  const body = hostWindow.document.body;
  const apply = (): void => {
    document.documentElement.dataset["theme"] = body.classList.contains("dark-mode") ? "dark" : "light";
  };
  apply();
  new MutationObserver(apply).observe(body, { attributes: true, attributeFilter: ["class"] });
}

/** Keeps `visible` true to the frame's height. */
export function followVisibility(): void {
  const apply = (): void => {
    visible.value = window.innerHeight > 0 && document.visibilityState !== "hidden";
  };
  apply();
  window.addEventListener("resize", apply);
  document.addEventListener("visibilitychange", apply);
}

/** Titles, for people who listen to the page: the host gives its frame none. */
export function setPageTitle(title: string, language: string): void {
  document.title = title;
  document.documentElement.lang = language;
  try {
    window.frameElement?.setAttribute("title", title);
  } catch {
    // A host of another origin: its frame is not ours to name.
  }
}
