/** The routes of prompts, apart from the others: no first view waits for them. Only `data/` calls them. */

import { jsonEndpoint } from "../request";
import * as answers from "./answers";

export const prompts = jsonEndpoint<answers.PromptsParameters, answers.Prompts>(
  "prompts",
  answers.promptsDecoder,
);

export const prompt = jsonEndpoint<answers.PromptParameters, answers.Prompt>("prompt", answers.promptDecoder);

export const passAtK = jsonEndpoint<answers.PassAtKParameters, answers.PassAtK>(
  "pass_at_k",
  answers.passAtKDecoder,
);
