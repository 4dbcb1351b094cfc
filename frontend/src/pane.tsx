/** What fills the page: the chosen view, or why there is none yet. */

import type { JSX } from "preact";
import { ApiError } from "./api/errors";
import { refresh } from "./data/polling";
import { run, runs, runsError } from "./data/runs";
import { steps, stepsError } from "./data/steps";
import { t, translate } from "./i18n";
import { NoRuns, NoSamples, UnknownRun } from "./shell/lazyStates";
import { Failed, Reading } from "./shell/pageStates";
import { selected } from "./state/selection";
import { Button } from "./ui";
import { VIEW_COMPONENTS } from "./views";

export function Pane({ onProblems }: { onProblems: () => void }): JSX.Element {
  const answer = runs.value;
  const info = run.value;
  if (answer === null) {
    const error = runsError.value;
    return error === null ? <Reading info={null} /> : <Failed error={error} what={t("shell.error.runs")} />;
  }
  if (answer.runs.length === 0 && answer.message !== "") {
    return <Failed error={new ApiError(200, answer.message, "runs")} what={t("shell.error.runs")} />;
  }
  if (answer.runs.length === 0) return answer.state === "looking" ? <Reading info={null} /> : <NoRuns />;
  if (info === null) return <UnknownRun run={selected.run.value} />;
  if (info.samples === 0) {
    return info.state === "indexing" ? (
      <Reading info={info} />
    ) : (
      <NoSamples info={info} onProblems={onProblems} />
    );
  }
  if (steps.value === null) {
    const error = stepsError.value;
    return error === null ? <Reading info={info} /> : <Failed error={error} what={t("shell.error.steps")} />;
  }
  const View = VIEW_COMPONENTS[selected.view.value];
  return <View />;
}

/** What is wrong although there is something to show. */
export function Banner(): JSX.Element | null {
  if (runs.value === null) return null;
  const info = run.value;
  const failure =
    info?.state === "failed"
      ? t("shell.run.error", { run: info.run, message: translate(info.message) })
      : null;
  const error = runsError.value ?? (steps.value === null ? null : stepsError.value);
  if (failure === null && error === null) return null;
  return (
    <div class="banner error" role="alert">
      <span>{failure ?? t("shell.error.showing_old", { message: translate(error?.message ?? "") })}</span>
      <Button onClick={refresh}>{t("shell.retry")}</Button>
    </div>
  );
}
