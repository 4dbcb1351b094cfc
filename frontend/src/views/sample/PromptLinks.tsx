import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { MeasuredNumber, Sample } from "../../api/answers";
import { t } from "../../i18n";
import { formatNumber } from "../../lib/format";
import { sparkline } from "../../lib/sparkline";
import { select } from "../../state/selection";
import { Button, Panel } from "../../ui";
import { openGroup } from "./openGroup";

/** At most this many links are shown in a row; how many more there are is said. */
const MAX_LINKS = 24;
const CURVE = { width: 240, height: 24 } as const;

/** Other samples of the same prompt with their rewards: the group of this step, and how the prompt fared at others. */
export function PromptLinks({ sample }: { sample: Sample }): JSX.Element | null {
  const { group, group_rewards: rewards, prompt } = sample.neighbours;
  const elsewhere = prompt.filter(({ id }) => id !== sample.id);
  const members = group.map((id, k) => ({ id, k, reward: rewards[k] ?? null }));
  const others = members.filter(({ id }) => id !== sample.id).length;
  const key = sample.prompt_key;
  if (others + elsewhere.length === 0) return null;
  return (
    <Panel id="sample.links" title={t("sample.links.title")} foldLabel={t("sample.fold")} testId="links">
      {others > 0 && (
        <div class="links">
          <span class="muted">{t("sample.links.group", { n: group.length })}</span>
          {members.slice(0, MAX_LINKS).map(({ id, k, reward }) => (
            <MemberLink key={id} id={id} k={k} reward={reward} isOpen={id === sample.id} />
          ))}
          <More n={members.length - MAX_LINKS} />
          {sample.group !== null && (
            <Button
              quiet
              hint={t("sample.links.whole.hint")}
              testId="open-group"
              hotKey="g"
              onClick={() => openGroup(sample)}
            >
              {t("sample.links.whole")}
            </Button>
          )}
        </div>
      )}
      {elsewhere.length > 0 && (
        <div class="links">
          <span class="muted">{t("sample.links.prompt", { n: elsewhere.length })}</span>
          <RewardCurve sample={sample} />
          {nearestSteps(elsewhere, sample.step).map(({ id, step, reward }) => (
            <VisitLink key={id} id={id} step={step} reward={reward} />
          ))}
          <More n={elsewhere.length - MAX_LINKS} />
          {key !== null && (
            <Button
              hint={t("sample.links.page.hint")}
              testId="prompt-page-link"
              onClick={() =>
                select({ view: "prompts", prompt: key, side_a: "", side_b: sample.id, sample: null }, "push")
              }
            >
              {t("sample.links.page")}
            </Button>
          )}
        </div>
      )}
    </Panel>
  );
}

// Components of their own: from member to member of a group nearly all of them stay as they are.

interface MemberLinkProps {
  id: string;
  k: number;
  reward: MeasuredNumber;
  isOpen: boolean;
}

function MemberLink({ id, k, reward, isOpen }: MemberLinkProps) {
  return (
    <Button
      quiet={!isOpen}
      pressed={isOpen}
      label={t("sample.links.open", { i: k + 1, reward: formatNumber(reward) })}
      onClick={() => !isOpen && select({ sample: id }, "push")}
    >
      <span class="number">{formatNumber(reward)}</span>
    </Button>
  );
}

function VisitLink({ id, step, reward }: { id: string; step: number; reward: MeasuredNumber }) {
  return (
    <Button
      quiet
      hint={t("sample.links.step", { step, reward: formatNumber(reward) })}
      onClick={() => select({ sample: id, step, step_min: null, step_max: null }, "push")}
    >
      <span class="muted">{step}</span> <span class="number">{formatNumber(reward)}</span>
    </Button>
  );
}

function More({ n }: { n: number }): JSX.Element | null {
  return n > 0 ? <span class="muted">{t("sample.links.more", { n })}</span> : null;
}

/** The prompt's reward from step to step, with a mark at this sample's; nothing where fewer than two have one. */
function RewardCurve({ sample }: { sample: Sample }): JSX.Element | null {
  const curve = useMemo(() => curveOf(sample), [sample]);
  if (curve === null) return null;
  const label = t("sample.links.curve", curve.words);
  return (
    <svg {...CURVE} class="prompt-curve" role="img" aria-label={label} data-testid="prompt-curve">
      <title>{label}</title>
      <path d={curve.path} />
      <line x1={curve.at} x2={curve.at} y1={0} y2={CURVE.height} />
    </svg>
  );
}

/** Hundreds of visits as a path: once for each sample, not whenever the drawer changes. */
function curveOf(sample: Sample) {
  const own = sample.scalars["reward"];
  const visits: { step: number; reward: MeasuredNumber }[] = [
    ...sample.neighbours.prompt,
    { step: sample.step, reward: typeof own === "number" ? own : null },
  ].sort((a, b) => a.step - b.step);
  const rewards = visits.map(({ reward }) => reward);
  const finite = rewards.filter((reward): reward is number => reward !== null && Number.isFinite(reward));
  if (finite.length < 2) return null;
  const { width, height } = CURVE;
  const ends = { from: formatNumber(Math.min(...finite)), to: formatNumber(Math.max(...finite)) };
  return {
    path: sparkline(rewards, width, height),
    at: (visits.findIndex(({ step }) => step === sample.step) / (visits.length - 1)) * width,
    words: { ...ends, n: visits.length },
  };
}

/** The links whose steps are nearest to this one, in order of step. */
export function nearestSteps<L extends { step: number }>(links: readonly L[], step: number): L[] {
  return links
    .toSorted((a, b) => Math.abs(a.step - step) - Math.abs(b.step - step))
    .slice(0, MAX_LINKS)
    .sort((a, b) => a.step - b.step);
}
