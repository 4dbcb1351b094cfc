/** One prompt: its reward along the steps, two of its responses side by side, and what it was logged as. */

import type { JSX } from "preact";
import type { Scope } from "../../../api/parameters";
import type { Prompt } from "../../../api/prompts/answers";
import { onePrompt } from "../../../data/questions/lazy/prompts";
import { run } from "../../../data/runs";
import { sampleScopeOf } from "../../../data/scopes";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { formatExactly, formatNumber, formatPercent, formatSigned } from "../../../lib/format";
import { StillReading } from "../../../shell/notices/StillReading";
import { Button, ErrorBox } from "../../../ui";
import { closePrompt, promptParameters } from "../shownPrompts";
import { Renderings } from "./Renderings";
import { RewardLine } from "./RewardLine";
import { SideBySide } from "./SideBySide";

const NUMBERS = [
  ["reward_first", formatNumber],
  ["reward_last", formatNumber],
  ["reward_change", formatSigned],
  ["reward_best", formatNumber],
  ["pass_rate", formatPercent],
  ["best_gap", formatSigned],
  ["visits", formatNumber],
  ["samples", formatNumber],
] as const;

export function PromptPage(): JSX.Element {
  const { data, parameters, error, stale, loading } = useAnswer(onePrompt, promptParameters());
  const info = run.value;
  return (
    <article class={`prompt-whole${stale ? " stale" : ""}`} aria-busy={loading} data-testid="prompt-page">
      <p class="prompt-back">
        <Button hotKey="Backspace" testId="prompt-back" onClick={closePrompt}>
          {t("prompts.back")}
        </Button>
      </p>
      {error !== null && (
        <ErrorBox title={t("prompts.prompt.error")} message={error.message} where={error.question} />
      )}
      {data === null && error === null && <p class="muted">{t("prompts.prompt.loading")}</p>}
      {data !== null && info !== null && <StillReading runs={[info]} />}
      {data !== null && parameters !== null && <Content data={data} scope={sampleScopeOf(parameters)} />}
    </article>
  );
}

function Content({ data, scope }: { data: Prompt; scope: Scope }) {
  const shown = NUMBERS.filter(([name]) => (data.numbers[name] ?? null) !== null);
  return (
    <>
      <h2 class="prompt-text">{data.prompt}</h2>
      <p data-testid="prompt-status" data-status={data.status}>
        <b>{t(`prompts.list.${data.status}`)}</b>
        {data.never_beats_reference && <span class="odd"> · {t("prompts.list.never_beats_reference")}</span>}
        <span class="muted">
          {" "}
          · {t("prompts.threshold_is", { value: formatNumber(data.threshold.value) })}{" "}
          {t(`prompts.rule.${data.threshold.rule}`)}
        </span>
      </p>
      <dl class="prompt-numbers">
        {shown.map(([name, shownAs]) => (
          <div key={name} title={t(`prompts.column.${name}.hint`)}>
            <dt class="muted">{t(`prompts.column.${name}`)}</dt>
            <dd class="number" title={formatExactly(data.numbers[name])}>
              {shownAs(data.numbers[name])}
            </dd>
          </div>
        ))}
      </dl>
      <RewardLine data={data} />
      <SideBySide data={data} scope={scope} />
      <Renderings data={data} />
    </>
  );
}
