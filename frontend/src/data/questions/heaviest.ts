/** The sample, and the token in it, that weigh most for a metric. */

import * as endpoints from "../../api/endpoints";
import type { Scope } from "../../api/parameters";
import type { RequestOptions } from "../../api/request";
import { Question } from "../question";

export interface HeaviestParameters {
  /** With the step. */
  scope: Scope;
  /** The sample metric, and the end of it that is looked for. */
  sort: string;
  order: "asc" | "desc";
  /** The token metric behind it; null where there is none. */
  tokenMetric: string | null;
  end: "highest" | "lowest" | "extreme";
}

/** The sample, and the token in it, that weighs most for a metric. */
export interface Heaviest {
  /** Its id. */
  sample: string;
  /** Position in the response; null where the metric is none of tokens. */
  token: number | null;
}

/** The most extreme token of all where there is a token metric, else the first sample by the sample metric. */
async function load(
  { scope, sort, order, tokenMetric: metric, end }: HeaviestParameters,
  options: RequestOptions,
): Promise<Heaviest | null> {
  if (metric !== null) {
    const { columns } = await endpoints.worstTokens(
      { ...scope, metric, end, by: "sample", limit: 1 },
      options,
    );
    const [id, token] = [columns["id"]?.[0], columns["position"]?.[0]];
    if (typeof id === "string" && typeof token === "number") return { sample: id, token };
  }
  const { columns } = await endpoints.samples({ ...scope, columns: ["id"], sort, order, limit: 1 }, options);
  const id = columns["id"]?.[0];
  return typeof id === "string" ? { sample: id, token: null } : null;
}

export const heaviest = new Question<HeaviestParameters, Heaviest | null>({
  name: "heaviest",
  place: "heaviest",
  load,
});
