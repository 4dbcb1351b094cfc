/** The first bar: run, view, whether the page is up to date, problems, settings. */

import type { JSX } from "preact";
import { run, runs } from "../data/runs";
import { changeLanguage, LANGUAGES, language, t } from "../i18n";
import { formatCount } from "../lib/format";
import { VIEWS } from "../state/addressFields";
import { select, selected } from "../state/selection";
import { keyOfView } from "../state/viewKeys";
import { Button } from "../ui";
import { FindingsBadge } from "./findings/lazy";
import { LiveStatus } from "./LiveStatus";
import { RunPicker } from "./runs/RunPicker";
import { TextRules } from "./TextRules";

export interface TopBarProps {
  onProblems: () => void;
  onHelp: () => void;
  onInfo: () => void;
}

function problemWords(problems: number, ignored: number): string {
  return problems === 0
    ? t("shell.ignored_files", { n: formatCount(ignored) })
    : t("shell.problems", { n: formatCount(problems) });
}

function Problems({ onOpen }: { onOpen: () => void }): JSX.Element | null {
  const ignored = runs.value?.ignored.length ?? 0;
  const problems = run.value?.problems ?? 0;
  if (problems + ignored === 0) return null;
  return (
    <Button
      quiet
      testId="problems-button"
      hint={t("shell.problems.hint", { problems: formatCount(problems), ignored: formatCount(ignored) })}
      onClick={onOpen}
    >
      <span class="problems-count number wide-only">{problemWords(problems, ignored)}</span>
      <span class="problems-count number small-only">⚠ {formatCount(problems || ignored)}</span>
    </Button>
  );
}

function Language(): JSX.Element {
  const next = LANGUAGES.find((other) => other !== language.value) ?? "en";
  return (
    <Button quiet testId="lang" label={t("shell.language")} onClick={() => changeLanguage(next)}>
      {/* Each language names itself. */}
      <span lang={next}>{next === "zh" ? "中" : "EN"}</span>
    </Button>
  );
}

export function TopBar(props: TopBarProps): JSX.Element {
  return (
    <header class="bar top">
      <h1 class="unseen">{t("shell.title")}</h1>
      <div class="group lead">
        <RunPicker />
        {run.value !== null && (
          <Button quiet testId="run-info" hotKey="i" label={t("info.open")} onClick={props.onInfo}>
            ⓘ
          </Button>
        )}
        <nav class="tabs" aria-label={t("shell.views")}>
          {VIEWS.map((view) => (
            <button
              key={view}
              type="button"
              data-testid={`tab-${view}`}
              data-key={keyOfView(view)}
              aria-current={selected.view.value === view ? "page" : undefined}
              onClick={() => select({ view }, "push")}
            >
              {t(`shell.view.${view}`)}
              {view === "findings" && <FindingsBadge />}
            </button>
          ))}
        </nav>
      </div>
      <span class="space" />
      <div class="group tail">
        <LiveStatus />
        <Problems onOpen={props.onProblems} />
        <TextRules />
        <Language />
        <Button quiet testId="help" label={t("shell.help")} onClick={props.onHelp}>
          ?
        </Button>
      </div>
    </header>
  );
}
