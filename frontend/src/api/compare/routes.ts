/** The routes about several runs, apart from the others: no first view waits for them. Only `data/` calls them. */

import type { Scope } from "../parameters";
import { jsonEndpoint } from "../request";
import * as answers from "./answers";

export const runTable = jsonEndpoint<Record<never, never>, answers.RunTable>("run_table", answers.runTable);

export interface CompareParameters extends Scope {
  against_run: string;
  against_split?: string;
  against_step_min?: number | null;
  against_step_max?: number | null;
  metric: string;
  /** The largest change first, where A is higher, or where B is. */
  sort: (typeof answers.CHANGES)[number];
  offset: number;
  limit: number;
}

export const compare = jsonEndpoint<CompareParameters, answers.Comparison>("compare", answers.comparison);
