import type { JSX } from "preact";
import type { Sample } from "../../../api/answers";
import { sampleWithTokens } from "../../../data/questions/sample";
import { sampleScope } from "../../../data/scopes";
import { t } from "../../../i18n";
import { num } from "../../../lib/format";
import { select, selection } from "../../../state/selection";
import { Button } from "../../../ui";

/** At most so many steps are listed, those nearest to the group's; how many more there are is said. */
const MOST = 24;

/** A visit to the prompt: its step, one of its samples, and the mean of the rewards that are known of it. */
export interface Visit {
  readonly step: number;
  readonly id: string;
  readonly reward: number | null;
}

/** The other visits that a sample knows of, one for each step, in their order. */
export function visitsOf({ step: own, neighbours }: Sample): Visit[] {
  const steps = new Map<number, { id: string; rewards: number[] }>();
  for (const { step, id, reward } of neighbours.prompt) {
    if (step === own) continue;
    const visit = steps.get(step) ?? { id, rewards: [] };
    if (reward !== null && Number.isFinite(reward)) visit.rewards.push(reward);
    steps.set(step, visit);
  }
  return [...steps]
    .map(([step, { id, rewards }]) => ({
      step,
      id,
      reward: rewards.length === 0 ? null : rewards.reduce((sum, one) => sum + one, 0) / rewards.length,
    }))
    .sort((a, b) => a.step - b.step);
}

/** Shows the group that the visit's sample is in; where it is in none, the sample itself. */
async function openVisit({ step, id }: Visit): Promise<void> {
  const asked = JSON.stringify(selection.peek());
  const found = await sampleWithTokens.fetch({ ...sampleScope.peek(), id }).catch(() => null);
  // Whoever has gone elsewhere before the answer comes is left alone.
  if (JSON.stringify(selection.peek()) !== asked) return;
  const group = found?.sample.group ?? null;
  const at = { step, step_min: null, step_max: null };
  if (group === null) select({ ...at, sample: id }, "push");
  else select({ ...at, group, group_step: step, kinds: "" }, "push");
}

/** The steps at which the same prompt was seen as well, each with its reward, as ways to its group there. */
export function SeenAtSteps({ sample }: { sample: Sample }): JSX.Element | null {
  const visits = visitsOf(sample);
  if (visits.length === 0) return null;
  const near = visits
    .toSorted((a, b) => Math.abs(a.step - sample.step) - Math.abs(b.step - sample.step))
    .slice(0, MOST)
    .sort((a, b) => a.step - b.step);
  return (
    <nav class="group-visits" aria-label={t("groups.seen")} data-testid="group-visits">
      <span class="muted">{t("groups.seen")}</span>
      {near.map((visit) => (
        <Button
          key={visit.step}
          quiet
          testId="group-visit"
          label={t("groups.seen.one", { step: visit.step, reward: num(visit.reward) })}
          onClick={() => void openVisit(visit)}
        >
          <span class="muted">{visit.step}</span> <span class="number">{num(visit.reward)}</span>
        </Button>
      ))}
      {visits.length > near.length && (
        <span class="muted">{t("groups.seen.more", { n: visits.length - near.length })}</span>
      )}
    </nav>
  );
}
