/** Two texts side by side. `useAnswer(diff, …)` gives what `tokens/diff/Diff` shows. */

import { type Diff, type DiffParameters, diff as route } from "../../../api/lazy/diffRoute";
import { Question } from "../../question";

export const diff = new Question<DiffParameters, Diff>({
  name: "diff",
  // 16,000 tokens a side with their values: about a megabyte.
  cacheSize: 6,
  load: route,
});
