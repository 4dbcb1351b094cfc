/** Long enough for a held arrow key to move on, too short to be felt on a single press. */
const PAUSE_MS = 40;

/** Waits a moment and rejects if the question was dropped meanwhile: walking steps asks only where it stops. */
export function settled(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, PAUSE_MS);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("dropped", "AbortError"));
    });
  });
}
