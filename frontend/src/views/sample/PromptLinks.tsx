import type { JSX } from "preact";
import type { Sample } from "../../api/answers";
import { t } from "../../i18n";
import { select } from "../../state/selection";
import { Button, Panel } from "../../ui";

/** More than this many links help nobody; how many there are is said. */
const MOST = 60;

/** The same prompt elsewhere: its other samples in this step, and what became of it at other steps. */
export function Links({ sample }: { sample: Sample }): JSX.Element | null {
  const { group, prompt } = sample.neighbours;
  const others = group.filter((id) => id !== sample.id);
  const elsewhere = prompt.filter(({ id }) => id !== sample.id);
  if (others.length + elsewhere.length === 0) return null;
  return (
    <Panel id="sample.links" title={t("sample.links.title")} foldLabel={t("sample.fold")} testId="links">
      {others.length > 0 && (
        <Row title={t("sample.links.group", { n: others.length })} more={others.length - MOST}>
          {others.slice(0, MOST).map((id, k) => (
            <Button
              key={id}
              quiet
              label={t("sample.links.open", { i: k + 1 })}
              onClick={() => select({ sample: id }, "push")}
            >
              {k + 1}
            </Button>
          ))}
        </Row>
      )}
      {elsewhere.length > 0 && (
        <Row title={t("sample.links.prompt", { n: elsewhere.length })} more={elsewhere.length - MOST}>
          {nearest(elsewhere, sample.step).map(({ id, step }) => (
            <Button
              key={id}
              quiet
              label={t("sample.links.step", { step })}
              onClick={() => select({ sample: id, step, step_min: null, step_max: null }, "push")}
            >
              {step}
            </Button>
          ))}
        </Row>
      )}
    </Panel>
  );
}

interface RowProps {
  title: string;
  more: number;
  children: JSX.Element[];
}

function Row({ title, more, children }: RowProps): JSX.Element {
  return (
    <p class="links">
      <span class="muted">{title}</span>
      {children}
      {more > 0 && <span class="muted">{t("sample.links.more", { n: more })}</span>}
    </p>
  );
}

/** The links whose steps are nearest to this one, in order of step. */
export function nearest<L extends { step: number }>(links: readonly L[], step: number): L[] {
  return links
    .toSorted((a, b) => Math.abs(a.step - step) - Math.abs(b.step - step))
    .slice(0, MOST)
    .sort((a, b) => a.step - b.step);
}
