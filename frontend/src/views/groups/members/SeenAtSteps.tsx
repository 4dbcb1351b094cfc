import type { JSX } from "preact";
import type { Sample } from "../../../api/answers";
import type { Scope } from "../../../api/parameters";
import { sampleWithTokens } from "../../../data/questions/sample";
import { t } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { select, selection } from "../../../state/selection";
import { Button } from "../../../ui";

/** At most so many steps are listed, those nearest to the group's; how many more there are is said. */
const MAX_STEPS = 24;

/** A visit to the prompt at another step: its first sample there. */
type Visit = Sample["neighbours"]["prompt"][number];

/** Shows the group that the visit's sample is in; where it is in none, the sample itself. */
async function openVisit({ step, id }: Visit, scope: Scope): Promise<void> {
  const asked = JSON.stringify(selection.peek());
  const found = await sampleWithTokens.fetch({ ...scope, id }).catch(() => null);
  // Whoever has gone elsewhere before the answer comes is left alone.
  if (JSON.stringify(selection.peek()) !== asked) return;
  const group = found?.sample.group ?? null;
  const at = { step, step_min: null, step_max: null };
  if (group === null) select({ ...at, sample: id }, "push");
  else select({ ...at, group, group_step: step, kinds: "" }, "push");
}

export interface SeenAtStepsProps {
  sample: Sample;
  /** The run and text rules that the sample is of. */
  scope: Scope;
}

/** The steps at which the same prompt was seen as well, as ways to its group there. */
export function SeenAtSteps({ sample, scope }: SeenAtStepsProps): JSX.Element | null {
  const visits = sample.neighbours.prompt.filter(({ step }) => step !== sample.step);
  if (visits.length === 0) return null;
  const near = visits
    .toSorted((a, b) => Math.abs(a.step - sample.step) - Math.abs(b.step - sample.step))
    .slice(0, MAX_STEPS)
    .sort((a, b) => a.step - b.step);
  return (
    <nav class="group-visits" aria-label={t("groups.other_steps")} data-testid="group-visits">
      <span class="muted">{t("groups.other_steps")}</span>
      {near.map((visit) => (
        <Button
          key={visit.step}
          quiet
          testId="group-visit"
          hint={t("groups.other_steps.group", { step: visit.step, reward: formatNumber(visit.reward) })}
          onClick={() => void openVisit(visit, scope)}
        >
          <span class="number">{visit.step}</span>
        </Button>
      ))}
      {visits.length > near.length && (
        <span class="muted">{t("groups.other_steps.more", { n: visits.length - near.length })}</span>
      )}
    </nav>
  );
}
