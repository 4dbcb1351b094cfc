/** What the page knows of its host: TensorBoard's messages, theme, address bar, and whether our tab is on screen. */

import { signal } from "@preact/signals";

/** Our name in TensorBoard's address: `#rlboard&p.rlboard.run=…`. */
const PLUGIN = "rlboard";
const PREFIX = `p.${PLUGIN}.`;

/** The window that owns the address bar. TensorBoard's page where we may touch it; else our own. */
function host(): Window {
  try {
    // Reading it throws where the parent is of another origin.
    return window.parent.location.href === "" ? window : window.parent;
  } catch {
    return window;
  }
}

/** True while our tab is the one on screen: TensorBoard hides a tab by giving its frame no height. */
export const visible = signal(true);

function tokens(): string[] {
  return host().location.hash.replace(/^#/, "").split("&");
}

/** Whether the address bar is ours to write: another tab's address is not. */
function ours(): boolean {
  return host() === window || tokens()[0] === PLUGIN;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Our part of the address, or null while another tab is open. GetURLPluginData is empty on first load, so we read. */
export function readAddress(): Record<string, string> | null {
  if (!ours()) return null;
  const found: Record<string, string> = {};
  for (const token of tokens()) {
    const cut = token.indexOf("=");
    const key = decoded(token.slice(0, cut));
    if (cut > 0 && key.startsWith(PREFIX)) found[key.slice(PREFIX.length)] = decoded(token.slice(cut + 1));
  }
  return found;
}

/** Writes our part of the address and leaves everyone else's. */
export function writeAddress(values: Readonly<Record<string, string>>, how: "push" | "replace"): void {
  if (!ours()) return;
  const view = host();
  const others = tokens().filter(
    (token) => token !== PLUGIN && token !== "" && !decoded(token).startsWith(PREFIX),
  );
  const own = Object.entries(values).map(([key, value]) => `${PREFIX}${key}=${encodeURIComponent(value)}`);
  const hash = `#${[PLUGIN, ...others, ...own].join("&")}`;
  if (hash === view.location.hash) return;
  const url = `${view.location.pathname}${view.location.search}${hash}`;
  if (how === "push") view.history.pushState(view.history.state, "", url);
  else view.history.replaceState(view.history.state, "", url);
  // TensorBoard keeps a copy of the hash and renews it only on this event.
  view.dispatchEvent(new HashChangeEvent("hashchange"));
}

/** Calls back when the address changed under us: back, forward, or a pasted link. */
export function onAddress(changed: () => void): () => void {
  const view = host();
  view.addEventListener("hashchange", changed);
  view.addEventListener("popstate", changed);
  return () => {
    view.removeEventListener("hashchange", changed);
    view.removeEventListener("popstate", changed);
  };
}

/** Follows TensorBoard's theme: a class of its body, since prefers-color-scheme knows the system's only. */
export function followTheme(): void {
  const body = host().document.body;
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
export function nameThePage(title: string, language: string): void {
  document.title = title;
  document.documentElement.lang = language;
  try {
    window.frameElement?.setAttribute("title", title);
  } catch {
    // A host of another origin: its frame is not ours to name.
  }
}

interface Message {
  type: string;
  id: number;
  payload?: unknown;
  isReply: boolean;
}

function message(data: unknown): Message | null {
  if (typeof data !== "string") return null;
  try {
    const parsed: unknown = JSON.parse(data);
    return typeof parsed === "object" && parsed !== null && "type" in parsed ? (parsed as Message) : null;
  } catch {
    return null;
  }
}

/** Tells TensorBoard that we listen; calls back on its reload button, on auto-reload, and when its runs change. */
export function onReload(reload: () => void): void {
  if (window.parent === window) return;
  const channel = new MessageChannel();
  let known = "";
  channel.port1.onmessage = (event: MessageEvent<unknown>) => {
    const received = message(event.data);
    if (received === null || received.isReply) return;
    const { type, id } = received;
    channel.port1.postMessage(JSON.stringify({ type, id, payload: null, error: null, isReply: true }));
    if (type === "experimental.DataReloaded") reload();
    if (type !== "experimental.RunsChanged") return;
    // It is sent again, unchanged, whenever other state of the host changes.
    const names = JSON.stringify(received.payload ?? []);
    if (names !== known) reload();
    known = names;
  };
  window.parent.postMessage("experimental.bootstrap", "*", [channel.port2]);
}
