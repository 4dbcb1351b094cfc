/** The shell: bars, keys, states, and the view that was chosen. */

import { effect } from "@preact/signals";
import { type JSX, render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./api/errors";
import { refresh, startPolling } from "./data/polling";
import { moveRun, run, runs, runsError } from "./data/runs";
import { hasStepRange } from "./data/scopes";
import { followSteps, steps, stepsError } from "./data/steps";
import { moveStep, togglePin } from "./data/stepWalk";
import { followTheme, followVisibility, setPageTitle, visible } from "./host/appearance";
import { language, t } from "./i18n";
import { type DialogName, Dialogs } from "./shell/Dialogs";
import { NoRuns, NoSamples, UnknownRun } from "./shell/emptyStates";
import { MappingBar } from "./shell/notices/MappingBar";
import { Notices } from "./shell/notices/Notices";
import { Failed, Reading } from "./shell/pageStates";
import { StepBar } from "./shell/StepBar";
import shellCss from "./shell/shell.css?inline";
import { TopBar } from "./shell/TopBar";
import { editFilter, editSearch } from "./state/focusRequests";
import { dispatchKey, useKeys } from "./state/keys";
import { followAddress, select, selection } from "./state/selection";
import { focusView, giveKeysBack, useFocusHome } from "./state/viewFocus";
import { viewKeys } from "./state/viewKeys";
import { adopt, Button } from "./ui";
import kitCss from "./ui/kit.css?inline";
import tableCss from "./ui/table/table.css?inline";
import themeCss from "./ui/theme.css?inline";
import { VIEW_COMPONENTS } from "./views";

/** One level up: from the token to the sample, to the list, to the one step, to the overview. */
function goUp(): boolean {
  const { token, sample, view } = selection.value;
  if (token !== null) select({ token: null });
  else if (sample !== null) select({ sample: null });
  else if (hasStepRange.value) select({ step_min: null, step_max: null });
  else if (view !== "overview") select({ view: "overview" }, "push");
  else return false;
  return true;
}

function Pane({ onProblems }: { onProblems: () => void }): JSX.Element {
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
  if (info === null) return <UnknownRun run={selection.value.run} />;
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
  const View = VIEW_COMPONENTS[selection.value.view];
  return <View />;
}

/** What is wrong although there is something to show. */
function Banner(): JSX.Element | null {
  if (runs.value === null) return null;
  const info = run.value;
  const failure =
    info?.state === "failed" ? t("shell.failed", { run: info.run, message: info.message }) : null;
  const error = runsError.value ?? (steps.value === null ? null : stepsError.value);
  if (failure === null && error === null) return null;
  return (
    <div class="banner error" role="alert">
      <span>{failure ?? t("shell.error.showing_old", { message: error?.message ?? "" })}</span>
      <Button onClick={refresh}>{t("shell.retry")}</Button>
    </div>
  );
}

export function App(): JSX.Element {
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const pane = useRef<HTMLElement>(null);
  useFocusHome(pane, "shell");
  useKeys(
    {
      ArrowLeft: () => moveStep(-1),
      ArrowRight: () => moveStep(1),
      p: togglePin,
      "/": editSearch,
      f: editFilter,
      Escape: goUp,
      ...viewKeys,
      "[": () => moveRun(-1),
      "]": () => moveRun(1),
      i: () => run.value !== null && setDialog("info"),
      "?": () => setDialog("help"),
    },
    "shell",
  );
  // TensorBoard leaves the focus on its own tab; keys would be lost there.
  const isVisible = visible.value;
  useEffect(() => {
    if (isVisible && !document.hasFocus()) focusView();
  }, [isVisible]);
  const info = run.value;
  return (
    <>
      <div class="bars">
        <TopBar
          onProblems={() => setDialog("problems")}
          onHelp={() => setDialog("help")}
          onInfo={() => setDialog("info")}
        />
        <StepBar />
      </div>
      <Banner />
      <Notices onMapping={() => setDialog("mapping")} />
      {info !== null && <MappingBar info={info} onOpen={() => setDialog("mapping")} />}
      <main class="pane" tabIndex={-1} ref={pane} aria-label={t(`shell.view.${selection.value.view}`)}>
        <h2 class="unseen">{t(`shell.view.${selection.value.view}`)}</h2>
        <Pane onProblems={() => setDialog("problems")} />
      </main>
      <Dialogs open={dialog} onClose={() => setDialog(null)} />
    </>
  );
}

/** Puts the page into the host's empty frame and starts everything that follows the outside. */
export function mount(): void {
  for (const css of [themeCss, kitCss, tableCss, shellCss]) adopt(css);
  followTheme();
  followVisibility();
  followAddress();
  effect(() => setPageTitle(t("shell.title"), language.value === "zh" ? "zh-CN" : "en"));
  document.addEventListener("keydown", dispatchKey);
  giveKeysBack();
  const root = document.createElement("div");
  root.id = "rlboard";
  document.body.replaceChildren(root);
  render(<App />, root);
  startPolling();
  followSteps();
}
