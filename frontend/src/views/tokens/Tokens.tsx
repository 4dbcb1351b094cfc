/**
 * The worst tokens of a run or step, for any token metric: one click leads from the list to the token in its response.
 */

import type { JSX } from "preact";
import type { RunInfo } from "../../api/answers";
import { worstTokens } from "../../data/questions/worstTokens";
import { run, unusableReason } from "../../data/runs";
import { hasStepRange } from "../../data/scopes";
import { useAnswer } from "../../data/useAnswer";
import { t, translate } from "../../i18n";
import "../../i18n/lazyWords";
import { useKeys } from "../../state/keys";
import { adoptStyles, Empty, ErrorBox } from "../../ui";
import { rowKeys } from "./rowKeys";
import { Summary } from "./Summary";
import { Toolbar } from "./Toolbar";
import css from "./tokens.css?inline";
import { WorstTable } from "./WorstTable";
import { worstTokensParameters } from "./worstTokensQuery";

/** Words of the log that would be token metrics. */
const TOKEN_WORDS = [
  "logprobs",
  "ref_logprobs",
  "rollout_logprobs",
  "values",
  "token_rewards",
  "advantages",
  "returns",
  "entropies",
  "response_tokens",
];

export function Tokens(): JSX.Element | null {
  adoptStyles(css);
  const info = run.value;
  if (info === null) return null;
  if (info.token_metrics.length === 0) {
    const reason = unusableReason(TOKEN_WORDS);
    return (
      <Empty title={t("tokens.no_metrics", { run: info.run })}>
        {reason !== null && <p class="odd">{t("overview.empty.unusable", { reason: translate(reason) })}</p>}
        <p>{t("tokens.no_metrics.advice")}</p>
        <pre>{'{"response_tokens": ["The", " answer"], "logprobs": [-0.11, -2.31], …}'}</pre>
      </Empty>
    );
  }
  return <WorstTokens info={info} />;
}

function WorstTokens({ info }: { info: RunInfo }): JSX.Element {
  useKeys(rowKeys, "tokens");
  const parameters = worstTokensParameters(info);
  const answer = useAnswer(worstTokens, parameters);
  const rows = answer.data?.columns["value"]?.length ?? 0;
  return (
    <div class="worst" data-testid="worst">
      <Toolbar info={info} end={answer.data?.end ?? null} />
      {answer.error !== null && (
        <ErrorBox title={t("tokens.error")} message={answer.error.message} where={answer.error.question} />
      )}
      {answer.data === null && answer.error === null && <p class="muted">{t("tokens.loading")}</p>}
      {answer.data !== null && (
        <div class={answer.stale ? "stale" : ""} aria-busy={answer.loading}>
          <Summary data={answer.data} />
          {rows === 0 ? (
            <Empty title={t("tokens.none")}>
              <p>
                {t(
                  hasStepRange.value || parameters.step != null
                    ? "tokens.none.advice_here"
                    : "tokens.none.advice",
                )}
              </p>
            </Empty>
          ) : (
            <WorstTable data={answer.data} />
          )}
        </div>
      )}
    </div>
  );
}
