import { stepBeside } from "../../../charts/shared/series";
import type { Question } from "../../../data/question";
import { type Answer, useAnswer, usePrefetch } from "../../../data/useAnswer";

/** Once a step is on screen for so long, its neighbours are asked for, too. */
const PREFETCH_MS = 150;

/**
 * Asks about the selected step, and then ahead about the steps beside it.
 *
 * @param parametersAt The question's parameters for a step; null asks nothing.
 */
export function useAnswerAtStep<Parameters, T>(
  question: Question<Parameters, T>,
  parametersAt: (step: number) => Parameters | null,
  step: number,
  steps: readonly number[],
): Answer<T, Parameters> {
  const parameters = parametersAt(step);
  const key = parameters === null ? "" : question.key(parameters);
  const answer = useAnswer(question, parameters);
  const ready = parameters !== null && !answer.loading && answer.error === null;
  usePrefetch(question, ready, [key, steps], PREFETCH_MS, () =>
    [1, -1].map((by) => {
      const neighbour = stepBeside(steps, step, by);
      return neighbour === null || neighbour === step ? null : parametersAt(neighbour);
    }),
  );
  return answer;
}
