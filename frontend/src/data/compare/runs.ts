/** Every run by its numbers, and two of them on the prompts that they share. */

import type { Comparison, RunTable } from "../../api/compare/answers";
import type { CompareParameters } from "../../api/compare/routes";
import * as routes from "../../api/compare/routes";
import { Question } from "../question";

export const runTable = new Question<Record<never, never>, RunTable>({
  name: "run table",
  place: "run table",
  load: routes.runTable,
});

export const comparison = new Question<CompareParameters, Comparison>({
  name: "comparison",
  place: "comparison",
  // The pages of a list, turned to and fro.
  cacheSize: 6,
  load: routes.compare,
});
