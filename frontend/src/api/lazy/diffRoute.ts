/** Two texts side by side: the route, apart from the others because no first view waits for it. Only `data/` calls it. */

import {
  array,
  boolean,
  type Decoded,
  literal,
  measuredNumber,
  nullable,
  number,
  object,
  string,
} from "../../lib/decode";
import { jsonEndpoint } from "../request";
import { metricInfo } from "../values";

export const UNITS = ["token", "word", "character"] as const;
const KINDS = ["equal", "delete", "insert", "moved_away", "moved_here"] as const;

const side = object({
  run: string,
  id: string,
  step: number,
  text: literal("response", "ref_response"),
  units: array(string),
  left_out: number,
  values: nullable(array(measuredNumber)),
});

export const decoder = object({
  unit: literal(...UNITS),
  in_one_piece: boolean,
  metric: nullable(metricInfo),
  left: side,
  right: side,
  opcodes: object({
    kind: array(literal(...KINDS)),
    left: array(number),
    left_end: array(number),
    right: array(number),
    right_end: array(number),
    move: array(nullable(number)),
  }),
});
export type Diff = Decoded<typeof decoder>;

export interface DiffParameters {
  /** The response, the right side. */
  run: string;
  id: string;
  /** The left side: the sample's own reference answer, or the response of another sample. */
  against?: "" | "reference";
  against_id?: string;
  /** Of that sample, where it is in another run. */
  against_run?: string;
  /** "" for tokens where both sides have them, else words. */
  unit?: "" | (typeof UNITS)[number];
  /** Token metric whose values come along. */
  metric?: string;
  /** The run's strings that are padding. */
  pad?: readonly string[];
}

export const diff = jsonEndpoint<DiffParameters, Diff>("diff", decoder);
