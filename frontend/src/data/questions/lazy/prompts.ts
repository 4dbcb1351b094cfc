/** What became of each prompt, of one of them, and how many of each step are solved by k samples. */

import type * as answers from "../../../api/prompts/answers";
import * as route from "../../../api/prompts/routes";
import { Question } from "../../question";

export const promptList = new Question<answers.PromptsParameters, answers.Prompts>({
  name: "prompts",
  place: "prompts",
  cacheSize: 8,
  load: route.prompts,
});

export const onePrompt = new Question<answers.PromptParameters, answers.Prompt>({
  name: "prompt",
  place: "prompt",
  cacheSize: 8,
  load: route.prompt,
});

export const passCurves = new Question<answers.PassAtKParameters, answers.PassAtK>({
  name: "pass@k",
  place: "pass@k",
  cacheSize: 2,
  load: route.passAtK,
});
