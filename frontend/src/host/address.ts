/** The address bar: our part of TensorBoard's hash, read, written and followed. */

import { hostWindow } from "./hostWindow";

/** Our name in TensorBoard's address: `#rlboard&p.rlboard.run=…`. */
const PLUGIN = "rlboard";
const PREFIX = `p.${PLUGIN}.`;

/** The hash of the address at its ampersands. */
function hashParts(): string[] {
  return hostWindow.location.hash.replace(/^#/, "").split("&");
}

/** Whether the address bar is ours to write: another tab's address is not. */
function isOurs(): boolean {
  return hostWindow === window || hashParts()[0] === PLUGIN;
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

/** True while the host is notified of an address that we wrote: our own listener ignores that event. */
let isWriting = false;

/** After so long without another change the reader rests: the address is written, and the host is told of it. */
const REST_MS = 500;
/** Who changes something again within so long is walking along. */
const WALK_MS = 1000;
let changedAt = Number.NEGATIVE_INFINITY;
const LEAVING_EVENTS = ["blur", "pagehide"] as const;

/** What is still to be written, and our part of the address as it was before. */
interface PendingAddress {
  readonly values: Readonly<Record<string, string>>;
  readonly addressBefore: string;
}
let pending: PendingAddress | null = null;
/** Our part of the address is written, and the host does not know it yet. */
let isHostOutdated = false;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Our part of the address as it stands there. */
const ownPart = (): string => JSON.stringify(readAddress());

function dropPending(): void {
  clearTimeout(timer);
  pending = null;
}

/** The host keeps a copy of the hash and renews it only on this event, at a few milliseconds of its own. */
function notifyHost(): void {
  isHostOutdated = false;
  isWriting = true;
  try {
    hostWindow.dispatchEvent(new HashChangeEvent("hashchange"));
  } finally {
    isWriting = false;
  }
}

/** Puts our part into the address and leaves everyone else's; false where it stands there already. */
function writeHash(values: Readonly<Record<string, string>>, how: "push" | "replace"): boolean {
  const others = hashParts().filter(
    (part) => part !== PLUGIN && part !== "" && !decodePart(part).startsWith(PREFIX),
  );
  const ours = Object.entries(values).map(([key, value]) => `${PREFIX}${key}=${encodeURIComponent(value)}`);
  const hash = `#${[PLUGIN, ...others, ...ours].join("&")}`;
  if (hash === hostWindow.location.hash) return false;
  const url = `${hostWindow.location.pathname}${hostWindow.location.search}${hash}`;
  if (how === "push") hostWindow.history.pushState(hostWindow.history.state, "", url);
  else hostWindow.history.replaceState(hostWindow.history.state, "", url);
  return true;
}

/** Writes what is still to be written. Another tab's address is not ours any more. */
function flush(): void {
  const now = pending;
  dropPending();
  if (now === null || !isOurs()) return;
  if (writeHash(now.values, "replace") || isHostOutdated) notifyHost();
}

/** Before a key of the browser's own, such as those for Back and for its address bar. */
function onBrowserKey({ altKey, ctrlKey, metaKey, key }: KeyboardEvent): void {
  if (altKey || ctrlKey || metaKey || key === "F5") flush();
}

/**
 * Writes our part of the address: at once, but for who walks along the steps or samples. That is written when the reader
 * rests, or turns to the host or the browser, with the focus, the pointer or a key. To write it takes a tenth of the time
 * of a step, and browsers stop whoever does it a few hundred times in a row.
 */
export function writeAddress(values: Readonly<Record<string, string>>, how: "push" | "replace"): void {
  if (!isOurs()) return;
  if (how === "push") {
    // The entry that is left says where the reader was last.
    if (pending !== null) writeHash(pending.values, "replace");
    dropPending();
    if (writeHash(values, "push")) notifyHost();
    return;
  }
  const isWalk = performance.now() - changedAt < WALK_MS;
  changedAt = performance.now();
  if (!isWalk && writeHash(values, "replace")) isHostOutdated = true;
  clearTimeout(timer);
  pending = { values, addressBefore: (isWalk ? pending?.addressBefore : undefined) ?? ownPart() };
  timer = setTimeout(flush, REST_MS);
}

/** Calls back when the address changed under us: back, forward, or a pasted link; not when we write it. */
export function onAddress(changed: () => void): () => void {
  const heard = (): void => {
    // Who changes another part of the address cannot know what ours is about to be.
    if (isWriting || (pending !== null && pending.addressBefore === ownPart())) return;
    dropPending();
    changed();
  };
  hostWindow.addEventListener("hashchange", heard);
  hostWindow.addEventListener("popstate", heard);
  for (const leaving of LEAVING_EVENTS) window.addEventListener(leaving, flush);
  document.documentElement.addEventListener("mouseleave", flush);
  document.addEventListener("keydown", onBrowserKey, { capture: true });
  return () => {
    hostWindow.removeEventListener("hashchange", heard);
    hostWindow.removeEventListener("popstate", heard);
    for (const leaving of LEAVING_EVENTS) window.removeEventListener(leaving, flush);
    document.documentElement.removeEventListener("mouseleave", flush);
    document.removeEventListener("keydown", onBrowserKey, { capture: true });
  };
}
