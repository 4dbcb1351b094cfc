/** TensorBoard's own scalars of the runs that lie over the others. */

import type { Scalars } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import { type ApiError, asApiError } from "../../api/errors";
import { Question } from "../question";

/** The series of one run by their tags, each of the runs of TensorBoard that the server pairs with it. */
export interface OverlaidScalars {
  readonly run: string;
  readonly series: Scalars | null;
  readonly error: ApiError | null;
}

export interface OverlaidScalarsParameters {
  readonly runs: readonly string[];
  readonly tag: readonly string[];
}

export const overlayScalars = new Question<OverlaidScalarsParameters, readonly OverlaidScalars[]>({
  name: "overlay scalars",
  place: "overlay scalars",
  // One after the other, as the curves of these runs are.
  load: async ({ runs, tag }, options) => {
    const found: OverlaidScalars[] = [];
    for (const run of runs) {
      try {
        const series = await endpoints.scalarSeries({ run, tag, scalar_run: [] }, options);
        found.push({ run, series, error: null });
      } catch (error) {
        if (options.signal?.aborted) throw error;
        found.push({ run, series: null, error: asApiError(error, `scalars ${run}`) });
      }
    }
    return found;
  },
});
