/** TensorBoard's messages to its plugins: reload, and runs that came or went. */

interface Message {
  type: string;
  id: number;
  payload?: unknown;
  isReply: boolean;
}

/** One of TensorBoard's messages; null for whatever else is posted. */
function parseMessage(data: unknown): Message | null {
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
  let lastRuns = "";
  channel.port1.onmessage = (event: MessageEvent<unknown>) => {
    const received = parseMessage(event.data);
    if (received === null || received.isReply) return;
    const { type, id } = received;
    channel.port1.postMessage(JSON.stringify({ type, id, payload: null, error: null, isReply: true }));
    if (type === "experimental.DataReloaded") reload();
    if (type !== "experimental.RunsChanged") return;
    // It is sent again, unchanged, whenever other state of the host changes.
    const names = JSON.stringify(received.payload ?? []);
    if (names !== lastRuns) reload();
    lastRuns = names;
  };
  window.parent.postMessage("experimental.bootstrap", "*", [channel.port2]);
}
