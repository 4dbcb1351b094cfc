/** Two responses to one prompt, of one run or two. */

import type { Sample } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { SampleParameters } from "../../api/parameters";
import { Question } from "../question";

export interface Pair {
  readonly a: Sample;
  readonly b: Sample;
}

export const pair = new Question<{ a: SampleParameters; b: SampleParameters }, Pair>({
  name: "pair",
  remembered: 12,
  load: async ({ a, b }, options) => {
    const [left, right] = await Promise.all([endpoints.sample(a, options), endpoints.sample(b, options)]);
    return { a: left, b: right };
  },
});
