/** The curves of kinds of samples: the route of the steps, asked with `by`. Only `data/` calls it. */

import { array, type Decoded, number, object, string } from "../../lib/decode";
import { steps } from "../answers";
import type { StepsParameters } from "../parameters";
import { jsonEndpoint } from "../request";

export const byDecoder = object({
  by: string,
  values: array(string),
  samples: array(number),
  rest_values: number,
  rest_samples: number,
  without: number,
  series: array(steps),
});
export type StepsByValue = Decoded<typeof byDecoder>;

export interface ByParameters extends StepsParameters {
  /** A text column. */
  by: string;
}

export const stepsByValue = jsonEndpoint<ByParameters, StepsByValue>("steps", byDecoder);
