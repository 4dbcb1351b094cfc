/** First pages fetched before they are asked for: walking the steps then shows the next list at once. */

import type { Samples } from "../../api/answers";

const KEPT = 4;

const fetched = new Map<string, Promise<Samples>>();

/** Fetches unless it is there or under way; the oldest entry makes room. */
export function fetchAhead(key: string, load: () => Promise<Samples>): void {
  if (fetched.has(key)) return;
  const answer = load();
  fetched.set(key, answer);
  // A failure is nobody's news here: whoever really asks will ask again and hear of it.
  answer.catch(() => fetched.delete(key));
  for (const oldest of [...fetched.keys()].slice(0, Math.max(0, fetched.size - KEPT))) fetched.delete(oldest);
}

/** The answer, or its promise, if it was fetched ahead. */
export function fetchedAhead(key: string): Promise<Samples> | undefined {
  return fetched.get(key);
}
