/** The shell: bars, keys, states, and the view that was chosen. */

import { effect } from "@preact/signals";
import { type JSX, render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./api/client";
import { followTheme, followVisibility, nameThePage, visible } from "./host";
import { language, t } from "./i18n";
import { type DialogName, Dialogs } from "./shell/Dialogs";
import { NoRuns, NoSamples, UnknownRun } from "./shell/emptyStates";
import { MappingBar } from "./shell/info/ColumnMapping";
import { Failed, Reading } from "./shell/pageStates";
import { StepBar } from "./shell/StepBar";
import shellCss from "./shell/shell.css?inline";
import { TopBar } from "./shell/TopBar";
import { followSteps, run, runs, runsError, steps, stepsError } from "./state/data";
import { editFilter } from "./state/filter";
import { dispatchKey, useKeys } from "./state/keys";
import { refresh, startPolling } from "./state/poll";
import { followAddress, select, selection } from "./state/selection";
import { moveStep, togglePin } from "./state/steps";
import { adopt, Button } from "./ui";
import kitCss from "./ui/kit.css?inline";
import tableCss from "./ui/table/table.css?inline";
import themeCss from "./ui/theme.css?inline";
import { Overview } from "./views/overview/Overview";
import { Samples } from "./views/samples/Samples";
import { focusSearch } from "./views/samples/search/SearchField";
import { Tokens } from "./views/tokens/Tokens";

const views = { overview: Overview, samples: Samples, tokens: Tokens } as const;

/** One level up: from the token to the sample, to the list, to the one step, to the overview. */
function up(): boolean {
  const now = selection.value;
  if (now.token !== null) select({ token: null });
  else if (now.sample !== null) select({ sample: null });
  else if (now.step_min !== null || now.step_max !== null) select({ step_min: null, step_max: null });
  else if (now.view !== "overview") select({ view: "overview" }, "push");
  else return false;
  return true;
}

function Pane({ onProblems }: { onProblems: () => void }): JSX.Element {
  const known = runs.value;
  const info = run.value;
  if (known === null) {
    const error = runsError.value;
    return error === null ? <Reading info={null} /> : <Failed error={error} what={t("shell.error.runs")} />;
  }
  if (known.runs.length === 0 && known.message !== "") {
    return <Failed error={new ApiError(200, known.message, "runs")} what={t("shell.error.runs")} />;
  }
  if (known.runs.length === 0) return known.state === "looking" ? <Reading info={null} /> : <NoRuns />;
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
  const View = views[selection.value.view];
  return <View />;
}

/** What is wrong although there is something to show. */
function Banner(): JSX.Element | null {
  if (runs.value === null) return null;
  const info = run.value;
  const failure =
    info?.state === "failed" ? t("shell.failed", { run: info.run, message: info.message }) : null;
  const lost = runsError.value ?? (steps.value === null ? null : stepsError.value);
  if (failure === null && lost === null) return null;
  return (
    <div class="banner error" role="alert">
      <span>{failure ?? t("shell.error.showing_old", { message: lost?.message ?? "" })}</span>
      <Button onClick={refresh}>{t("shell.retry")}</Button>
    </div>
  );
}

export function App(): JSX.Element {
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const pane = useRef<HTMLElement>(null);
  useKeys(
    {
      ArrowLeft: () => moveStep(-1),
      ArrowRight: () => moveStep(1),
      p: togglePin,
      "/": () => {
        select({ view: "samples" }, "push");
        focusSearch();
      },
      f: editFilter,
      Escape: up,
      i: () => run.value !== null && setDialog("info"),
      "?": () => setDialog("help"),
    },
    "shell",
  );
  // TensorBoard leaves the focus on its own tab; keys would be lost there.
  const on = visible.value;
  useEffect(() => {
    if (on && !document.hasFocus()) pane.current?.focus({ preventScroll: true });
  }, [on]);
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
  effect(() => nameThePage(t("shell.title"), language.value === "zh" ? "zh-CN" : "en"));
  document.addEventListener("keydown", dispatchKey);
  const root = document.createElement("div");
  root.id = "rlboard";
  document.body.replaceChildren(root);
  render(<App />, root);
  startPolling();
  followSteps();
}
