/** One page of the problems of a run: lines that could not be read, values that did not fit. */

import type { Problems } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { ProblemsParameters } from "../../api/parameters";
import { Question } from "../question";

export const problems = new Question<ProblemsParameters, Problems>({
  name: "problems",
  load: endpoints.problems,
});
