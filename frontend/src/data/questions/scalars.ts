/** TensorBoard's own scalars of the runs that are paired with the chosen one. */

import type { Scalars, ScalarTags } from "../../api/answers";
import * as endpoints from "../../api/endpoints";
import type { ScalarSeriesParameters, ScalarTagsParameters } from "../../api/parameters";
import { Question } from "../question";

export const scalarTags = new Question<ScalarTagsParameters, ScalarTags>({
  name: "scalar tags",
  load: endpoints.scalarTags,
});

export const scalarSeries = new Question<ScalarSeriesParameters, Scalars>({
  name: "scalars",
  load: endpoints.scalarSeries,
});
