/** The beginning of the page: it is put into the host's empty frame, and follows how that looks. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { App, Dialogs } from "./app";
import { startPolling } from "./data/polling";
import { runs, runsError } from "./data/runs";
import { followSteps, steps, stepsError } from "./data/steps";
import { followTheme, followVisibility, setPageTitle } from "./host/appearance";
import { language, loadWords, t } from "./i18n";
import shellCss from "./shell/shell.css?inline";
import { dispatchKey } from "./state/keys";
import { followAddress, selection } from "./state/selection";
import { restoreFocusAfterChoices, scrollView } from "./state/viewFocus";
import { adoptStyles } from "./ui";
import kitCss from "./ui/kit.css?inline";
import themeCss from "./ui/theme.css?inline";
import { VIEW_COMPONENTS } from "./views";

/** After so long the view that is shown has asked its questions, milliseconds. */
const OTHER_PARTS_MS = 1500;

/** Reads what is not there yet, one file after the other, so that a click finds it. */
async function loadTheRest(): Promise<void> {
  for (const part of [...Object.values(VIEW_COMPONENTS), Dialogs]) await part.load();
}

/**
 * What was asked before the page was there is taken at once, or with the first answer about the runs; whatever is left
 * would be old when it is asked for.
 */
function dropEarlyQuestions(): void {
  effect(() => {
    if (runs.value === null && runsError.value === null) return;
    queueMicrotask(() => {
      globalThis.rlboardEarly = undefined;
    });
  });
}

/** So long the page waits for its first answers before it shows that it waits, milliseconds. */
const FIRST_ANSWERS_MS = 400;

/** Fulfilled when the runs and the steps of the chosen one are answered, or refused. */
function firstAnswers(): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      const isAnswered = runs.value?.runs.length === 0 || steps.value !== null || stepsError.value !== null;
      if (!isAnswered && runsError.value === null) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
}

/** Shows the page, in the reader's language, and reads the other views' files when the first one is there. */
export async function start(): Promise<void> {
  // Runs and steps are asked for while the page is made.
  followAddress();
  followSteps();
  startPolling();
  dropEarlyQuestions();
  for (const css of [themeCss, kitCss, shellCss]) adoptStyles(css);
  followTheme();
  followVisibility();
  const first = VIEW_COMPONENTS[selection.peek().view].load();
  const late = new Promise((resolve) => setTimeout(resolve, FIRST_ANSWERS_MS));
  await loadWords(language.peek());
  // What is there in a moment is drawn once: a page that waits, one without steps and one without its view were drawn before it.
  await Promise.race([Promise.all([first, firstAnswers()]), late]);
  effect(() => setPageTitle(t("shell.title"), language.value === "zh" ? "zh-CN" : "en"));
  document.addEventListener("keydown", dispatchKey);
  document.addEventListener("keydown", scrollView);
  restoreFocusAfterChoices();
  const root = document.createElement("div");
  root.id = "rlboard";
  document.body.replaceChildren(root);
  render(<App />, root);
  await first;
  void import("./data/findings/followFindings").then(({ followFindings }) => followFindings());
  setTimeout(loadTheRest, OTHER_PARTS_MS);
}
