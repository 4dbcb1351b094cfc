import { heaviest } from "../../../data/questions/heaviest";
import { shownScope } from "../../../data/scopes";
import { followed } from "../../../metrics";
import { select, selection } from "../../../state/selection";

/**
 * Goes to the samples of the selected step, and in them to the sample and token that weigh most for the followed metric.
 * The list is there at once, in the order of the metric. Whoever has gone elsewhere before the answer comes is left alone.
 *
 * @param byMetric Whether the chart is of a metric of samples; any other leads to the list only.
 * @param preset The ready-made order of that list; "" leaves it as it is.
 */
export async function openHeaviest(byMetric: boolean, preset: string): Promise<void> {
  const ordered = preset === "" ? {} : ({ preset, sort: "", order: "desc", about: "" } as const);
  select({ view: "samples", step_min: null, step_max: null, ...ordered }, "push");
  const along = followed.peek();
  const { step } = selection.peek();
  if (along === null || !byMetric) return;
  const { name: sort, order, end, byToken } = along;
  const tokenMetric = byToken ? along.tokenMetric : null;
  const parameters = { scope: { ...shownScope.peek(), step }, sort, order, tokenMetric, end };
  const asked = whereabouts();
  // A failure is told by the list, whose question is of the same samples.
  const found = await heaviest.fetch(parameters).catch(() => null);
  if (found === null || whereabouts() !== asked) return;
  select({ sample: found.sample, token: found.token });
}

/** What a reader changes who does not wait. */
function whereabouts(): string {
  const { run, view, step, sample, about, about_order } = selection.peek();
  return JSON.stringify([run, view, step, sample, about, about_order]);
}
