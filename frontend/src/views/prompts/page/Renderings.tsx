import type { JSX } from "preact";
import type { Prompt } from "../../../api/prompts/answers";
import { t } from "../../../i18n";
import { formatCount } from "../../../lib/format";
import { select } from "../../../state/selection";
import { Button } from "../../../ui";
import { lookForNear, nearPattern } from "./nearPrompts";

/** The texts that the prompt was logged with: two questions that were taken for one would be seen here. */
export function Renderings({ data }: { data: Prompt }): JSX.Element {
  const { renderings, renderings_total: total } = data;
  const near = nearPattern(data.asked);
  return (
    <details class="prompt-renderings" open={total > 1} data-testid="renderings">
      <summary>
        {t(total === 1 ? "prompts.rendering" : "prompts.renderings", { n: formatCount(total) })}
      </summary>
      <p class="muted">
        {t("prompts.renderings.hint", { identity: data.identity })}{" "}
        {near !== "" && (
          <Button
            quiet
            testId="near-prompts"
            hint={t("prompts.near_duplicates.hint")}
            onClick={() => lookForNear(near)}
          >
            {t("prompts.near_duplicates")}
          </Button>
        )}
      </p>
      <ul>
        {renderings.map(({ prompt_key, samples, first_step, last_step, prompt, id }) => (
          <li key={prompt_key} data-testid="rendering">
            <p class="muted">
              <code>{prompt_key}</code>{" "}
              {t("prompts.rendering_of", { n: formatCount(samples), from: first_step, to: last_step })}{" "}
              <Button quiet onClick={() => select({ sample: id, step: first_step }, "push")}>
                {t("prompts.open_sample")}
              </Button>
            </p>
            <pre class="prompt-response">{prompt}</pre>
          </li>
        ))}
      </ul>
    </details>
  );
}
