import type { JSX } from "preact";
import type { Sample } from "../../api/answers";
import { t } from "../../i18n";
import { select } from "../../state/selection";
import { Button, Panel } from "../../ui";

/** At most this many links are shown; how many more there are is said. */
const MAX_LINKS = 60;

/** Links to other samples of the same prompt: of this step, and of other steps. */
export function PromptLinks({ sample }: { sample: Sample }): JSX.Element | null {
  const { group, prompt } = sample.neighbours;
  const others = group.filter((id) => id !== sample.id);
  const elsewhere = prompt.filter(({ id }) => id !== sample.id);
  if (others.length + elsewhere.length === 0) return null;
  return (
    <Panel id="sample.links" title={t("sample.links.title")} foldLabel={t("sample.fold")} testId="links">
      {others.length > 0 && (
        <LinkRow title={t("sample.links.group", { n: others.length })} more={others.length - MAX_LINKS}>
          {others.slice(0, MAX_LINKS).map((id, k) => (
            <Button
              key={id}
              quiet
              label={t("sample.links.open", { i: k + 1 })}
              onClick={() => select({ sample: id }, "push")}
            >
              {k + 1}
            </Button>
          ))}
        </LinkRow>
      )}
      {elsewhere.length > 0 && (
        <LinkRow
          title={t("sample.links.prompt", { n: elsewhere.length })}
          more={elsewhere.length - MAX_LINKS}
        >
          {nearestSteps(elsewhere, sample.step).map(({ id, step }) => (
            <Button
              key={id}
              quiet
              label={t("sample.links.step", { step })}
              onClick={() => select({ sample: id, step, step_min: null, step_max: null }, "push")}
            >
              {step}
            </Button>
          ))}
        </LinkRow>
      )}
    </Panel>
  );
}

interface LinkRowProps {
  title: string;
  more: number;
  children: JSX.Element[];
}

function LinkRow({ title, more, children }: LinkRowProps): JSX.Element {
  return (
    <p class="links">
      <span class="muted">{title}</span>
      {children}
      {more > 0 && <span class="muted">{t("sample.links.more", { n: more })}</span>}
    </p>
  );
}

/** The links whose steps are nearest to this one, in order of step. */
export function nearestSteps<L extends { step: number }>(links: readonly L[], step: number): L[] {
  return links
    .toSorted((a, b) => Math.abs(a.step - step) - Math.abs(b.step - step))
    .slice(0, MAX_LINKS)
    .sort((a, b) => a.step - b.step);
}
