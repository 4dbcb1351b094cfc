/** What the table asks the server, from the selection. */

import { computed, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Scope } from "../../api/client";
import { listScope, ranged, revision, shownScope, steps } from "../../state/data";
import { rulesOf } from "../../state/rules";
import { selection } from "../../state/selection";
import { stepIndex } from "../../state/steps";
import { fetchAhead, fetchedAhead } from "./ahead";
import { type LoadPage, PAGE } from "./pages";
import { placesOf } from "./search/searchPlaces";
import { shownNames } from "./table/columns";

export interface Question {
  key: string;
  load: LoadPage;
}

/** The question of the current selection, or of another step with everything else the same. */
export function question(step?: number): Question {
  const { run, search, regex, in: places, preset, seed, sort, order } = selection.value;
  const looking = search === "" ? {} : { search, regex, in: placesOf(places) };
  const covered = step === undefined ? listScope.value : { ...shownScope.value, step };
  const scope: Scope = { ...covered, ...rulesOf(run).value, ...looking };
  const sorted = sort === "" ? {} : { sort, order };
  const query = { columns: shownNames.value, preset, seed: preset === "random" ? seed : null, ...sorted };
  const key = JSON.stringify([scope, query]);
  return {
    key,
    load: (offset, limit, signal) =>
      (offset === 0 ? fetchedAhead(`${revision.peek()} ${key}`) : undefined) ??
      api.samples(scope, { ...query, offset, limit }, signal, step === undefined ? `table ${offset}` : ""),
  };
}

/** The question of the current selection; another object only when another question. */
export const asked: ReadonlySignal<Question> = (() => {
  let last: Question | null = null;
  return computed(() => {
    const next = question();
    if (last?.key !== next.key) last = next;
    return last;
  });
})();

/** Whoever stays at a step for this long may go on to a neighbour; whoever flies through needs no help. */
const PAUSE_MS = 150;

/** Fetches the first page of the steps before and after, once the current list is there. */
export function useNeighbourSteps(ready: boolean): void {
  const { step } = selection.value;
  const now = revision.value;
  useEffect(() => {
    if (!ready || ranged.peek()) return undefined;
    const timer = setTimeout(() => {
      const all = steps.peek()?.step ?? [];
      const at = stepIndex.peek();
      for (const neighbour of [all[at + 1], all[at - 1]]) {
        if (neighbour === undefined) continue;
        const { key, load } = question(neighbour);
        fetchAhead(`${now} ${key}`, () => load(0, PAGE, new AbortController().signal));
      }
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [ready, step, now]);
}
