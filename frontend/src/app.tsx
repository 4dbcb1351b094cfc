import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { moveRun, run } from "./data/runs";
import { hasStepRange } from "./data/scopes";
import { moveStep, togglePin } from "./data/stepWalk";
import { visible } from "./host/appearance";
import { t } from "./i18n";
import { Banner, Pane } from "./pane";
import type { DialogName } from "./shell/Dialogs";
import { MappingBar } from "./shell/notices/MappingBar";
import { Notices } from "./shell/notices/Notices";
import { LazyFallback } from "./shell/pageStates";
import { StepBar } from "./shell/StepBar";
import { TopBar } from "./shell/TopBar";
import { editFilter, editSearch } from "./state/focusRequests";
import { useKeys } from "./state/keys";
import { invalidParameters } from "./state/links/invalidParameters";
import { type Selection, select, selected, selection } from "./state/selection";
import { focusView, restoreFocus, useFocusReturn } from "./state/viewFocus";
import { viewKeys } from "./state/viewKeys";
import { lazy } from "./ui";

/** What is open inside the view: the patch that closes the innermost of it, null where nothing is. */
function closedInView(): Partial<Selection> | null {
  const { view, group_diff, prompt, pair, run_b } = selection.value;
  if (view === "groups" && group_diff !== "") return { group_diff: "" };
  if (view === "prompts" && prompt !== null) return { prompt: null };
  if (view === "runs" && pair !== "") return { pair: "" };
  if (view === "runs" && run_b !== "") return { run_b: "" };
  return null;
}

/** One level up: from the token to the sample, to what is open in the view, to the list, to the one step, to the overview. */
function goUp(): boolean {
  const { token, sample, view } = selection.value;
  const closed = closedInView();
  if (token !== null) select({ token: null });
  else if (sample !== null) select({ sample: null });
  else if (closed !== null) select(closed, "push");
  else if (hasStepRange.value) select({ step_min: null, step_max: null });
  else if (view !== "overview") select({ view: "overview" }, "push");
  else return false;
  return true;
}

/** What of a link is not understood: in a file of its own, for most links are. */
const InvalidLink = lazy(
  async () => (await import("./shell/notices/InvalidLink")).InvalidLink,
  () => null,
);

/** The dialogs, in a file of their own. */
export const Dialogs = lazy(async () => (await import("./shell/Dialogs")).Dialogs, LazyFallback);

export function App(): JSX.Element {
  const [dialog, setDialog] = useState<DialogName | null>(null);
  const pane = useRef<HTMLElement>(null);
  useFocusReturn(pane, "shell");
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
  // What was opened or closed by key may have taken the focused element with it.
  const [prompt, pair, against] = [selected.prompt.value, selected.pair.value, selected.run_b.value];
  useEffect(restoreFocus, [prompt, pair, against]);
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
      {invalidParameters.value.length > 0 && <InvalidLink />}
      <Notices onMapping={() => setDialog("mapping")} />
      {info !== null && <MappingBar info={info} onOpen={() => setDialog("mapping")} />}
      <main class="pane" tabIndex={-1} ref={pane} aria-label={t(`shell.view.${selected.view.value}`)}>
        <h2 class="unseen">{t(`shell.view.${selected.view.value}`)}</h2>
        <Pane onProblems={() => setDialog("problems")} />
      </main>
      {dialog !== null && <Dialogs open={dialog} onClose={() => setDialog(null)} />}
    </>
  );
}
