/** The worst tokens of a run, a range or a step, by one token metric. */

import type { WorstTokens } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { WorstTokensParameters } from "../../api/parameters";
import { Question } from "../question";

export const worstTokens = new Question<WorstTokensParameters, WorstTokens>({
  name: "worst tokens",
  place: "worst",
  load: endpoints.worstTokens,
});
