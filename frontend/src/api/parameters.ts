/** The parameters of the endpoints. Null, undefined, false, "" and an empty list are left out of a question. */

/** What part of the data a question is about. */
export interface Scope {
  run: string;
  split?: string;
  attempt?: number | null;
  step?: number | null;
  step_min?: number | null;
  step_max?: number | null;
  search?: string;
  regex?: boolean;
  in?: readonly string[];
  group?: string;
  prompt_key?: string;
  /** A filter expression. */
  where?: string;
  /** Text rules of the run: strings that are padding, and where the system prompt ends. */
  pad?: readonly string[];
  system_end?: string;
}

export interface StepsParameters extends Scope {
  /** Metrics to summarise; without it the server's choice. */
  metrics?: readonly string[];
}

/** How a list of samples is ordered, and which columns it has. */
export interface SamplesParameters extends Scope {
  columns?: readonly string[];
  sort?: string;
  order?: "asc" | "desc";
  preset?: string;
  seed?: number | null;
  offset?: number;
  limit?: number;
}

export interface WorstTokensParameters extends Scope {
  metric?: string;
  by?: string;
  end?: string;
  limit?: number;
  per_sample?: number;
}

export interface SampleParameters extends Scope {
  id: string;
}

export interface DistributionParameters extends Scope {
  metric: string;
  bins?: number;
  lo?: number;
  hi?: number;
  against?: string;
}

export interface ProblemsParameters extends Scope {
  /** Of this kind only; "" for all. */
  kind: string;
  offset: number;
  limit: number;
}

export interface ScalarTagsParameters {
  run: string;
  /** Runs of TensorBoard to take instead of those the server pairs; empty leaves it to the server. */
  scalar_run: readonly string[];
}

export interface ScalarSeriesParameters extends ScalarTagsParameters {
  tag: readonly string[];
}
