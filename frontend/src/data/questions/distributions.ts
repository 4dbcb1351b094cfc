/** How one metric is distributed over the samples of a step, beside the reference policy's and a pinned step's. */

import type { Distribution } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { Scope } from "../../api/parameters";
import type { RequestOptions } from "../../api/request";
import { Question } from "../question";
import { STEP_OPTIONS } from "./stepOptions";

/** One metric at one step, and what it is compared with. */
export interface DistributionsParameters {
  scope: Scope;
  metric: string;
  step: number;
  bins: number;
  /** The range of values that the bins divide; null leaves it to the server. */
  span: { readonly lo: number; readonly hi: number } | null;
  /** Whether the run has the same metric of the reference policy. */
  reference: boolean;
  /** The pinned step to compare with. */
  pin: number | null;
}

/** The distributions of one step beside each other, all on the same bins. */
export interface ComparedDistributions {
  readonly step: number;
  readonly pin: number | null;
  readonly policy: Distribution;
  /** Null where the run has no counterpart of the metric for the reference policy. */
  readonly reference: Distribution | null;
  readonly pinned: Distribution | null;
}

/** Asks for each comparison there is, at most two requests; each of them also holds the policy's distribution. */
async function load(
  { scope, metric, step, bins, span, reference, pin }: DistributionsParameters,
  options: RequestOptions,
): Promise<ComparedDistributions> {
  const request = (against?: string): Promise<Distribution> =>
    endpoints.distribution(
      { ...scope, step, metric, bins, ...(span ?? {}), ...(against === undefined ? {} : { against }) },
      options,
    );
  const [withReference, withPinned] = await Promise.all([
    reference ? request("reference") : null,
    pin === null ? null : request(`step:${pin}`),
  ]);
  const policy = withReference ?? withPinned ?? (await request());
  return { step, pin, policy, reference: withReference, pinned: withPinned };
}

export const distributions = new Question<DistributionsParameters, ComparedDistributions>({
  name: "distributions",
  ...STEP_OPTIONS,
  load,
});
