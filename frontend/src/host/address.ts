/** The address bar: our part of TensorBoard's hash, read, written and followed. */

import { hostWindow } from "./hostWindow";

/** Our name in TensorBoard's address: `#rlboard&p.rlboard.run=…`. */
const PLUGIN = "rlboard";
const PREFIX = `p.${PLUGIN}.`;

/** The hash of the address at its ampersands. */
function hashParts(): string[] {
  return hostWindow().location.hash.replace(/^#/, "").split("&");
}

/** Whether the address bar is ours to write: another tab's address is not. */
function isOurs(): boolean {
  return hostWindow() === window || hashParts()[0] === PLUGIN;
}

/** The part unescaped; as it stands where it is badly escaped. */
function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Our part of the address, or null while another tab is open. GetURLPluginData is empty on first load, so we read. */
export function readAddress(): Record<string, string> | null {
  if (!isOurs()) return null;
  const values: Record<string, string> = {};
  for (const part of hashParts()) {
    const cut = part.indexOf("=");
    const key = decodePart(part.slice(0, cut));
    if (cut > 0 && key.startsWith(PREFIX)) values[key.slice(PREFIX.length)] = decodePart(part.slice(cut + 1));
  }
  return values;
}

/** True while others are told of an address that we wrote: events are dispatched at once, so no other falls into it. */
let isWriting = false;

/** After so long without another change the host is told of ours. */
const REST_MS = 500;
const LEAVING = ["blur", "pagehide"] as const;
let untold: ReturnType<typeof setTimeout> | undefined;

/**
 * Tells the host of our address: it keeps a copy of the hash and renews it only on this event, at a few milliseconds of
 * its own. So whoever walks along is told of at the end, or when the focus goes over to the host, whose tabs read the copy.
 */
function tellHost(): void {
  if (untold === undefined) return;
  clearTimeout(untold);
  untold = undefined;
  isWriting = true;
  try {
    hostWindow().dispatchEvent(new HashChangeEvent("hashchange"));
  } finally {
    isWriting = false;
  }
}

/** Writes our part of the address and leaves everyone else's. */
export function writeAddress(values: Readonly<Record<string, string>>, how: "push" | "replace"): void {
  if (!isOurs()) return;
  const page = hostWindow();
  const others = hashParts().filter(
    (part) => part !== PLUGIN && part !== "" && !decodePart(part).startsWith(PREFIX),
  );
  const ours = Object.entries(values).map(([key, value]) => `${PREFIX}${key}=${encodeURIComponent(value)}`);
  const hash = `#${[PLUGIN, ...others, ...ours].join("&")}`;
  if (hash === page.location.hash) return;
  const url = `${page.location.pathname}${page.location.search}${hash}`;
  if (how === "push") page.history.pushState(page.history.state, "", url);
  else page.history.replaceState(page.history.state, "", url);
  clearTimeout(untold);
  untold = setTimeout(tellHost, REST_MS);
  if (how === "push") tellHost();
}

/** Calls back when the address changed under us: back, forward, or a pasted link; not when we write it. */
export function onAddress(changed: () => void): () => void {
  const page = hostWindow();
  const heard = (): void => {
    if (!isWriting) changed();
  };
  page.addEventListener("hashchange", heard);
  page.addEventListener("popstate", heard);
  for (const leaving of LEAVING) window.addEventListener(leaving, tellHost);
  return () => {
    page.removeEventListener("hashchange", heard);
    page.removeEventListener("popstate", heard);
    for (const leaving of LEAVING) window.removeEventListener(leaving, tellHost);
  };
}
