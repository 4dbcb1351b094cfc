/** What became of each prompt over the training: lists of those that were learnt, lost or never solved, and one whole. */

import type { JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { promptList } from "../../data/questions/lazy/prompts";
import { run } from "../../data/runs";
import { moveSample } from "../../data/sampleWalk";
import { useAnswer } from "../../data/useAnswer";
import { t } from "../../i18n";
import "../../i18n/lazyWords";
import { walkFocus } from "../../lib/focusWalk";
import { StillReading } from "../../shell/notices/StillReading";
import { useKeys } from "../../state/keys";
import { selection } from "../../state/selection";
import { useFocusReturn } from "../../state/viewFocus";
import { adoptStyles, Empty, ErrorBox } from "../../ui";
import { SampleDrawer } from "../sample/SampleDrawer";
import { ByChoice } from "./ByChoice";
import { Kinds } from "./Kinds";
import { Paging } from "./Paging";
import { PassCurves } from "./PassCurves";
import { PromptTable } from "./PromptTable";
import { PromptPage } from "./page/PromptPage";
import { promptRows } from "./promptRows";
import css from "./prompts.css?inline";
import { closePrompt, focusLastOpened, promptsParameters } from "./shownPrompts";
import { Toolbar } from "./Toolbar";

/** Moves along the list; with a sample open, along the samples. */
function walk(by: 1 | -1): boolean {
  if (selection.peek().sample !== null) {
    void moveSample(by);
    return true;
  }
  const next = walkFocus(".prompt-open", by);
  next?.scrollIntoView({ block: "nearest" });
  return next !== null;
}

export function Prompts(): JSX.Element | null {
  adoptStyles(css);
  const place = useRef<HTMLDivElement>(null);
  useFocusReturn(place, "prompts");
  useKeys({ j: () => walk(1), k: () => walk(-1), Backspace: closePrompt }, "prompts");
  if (run.value === null) return null;
  const { sample, prompt } = selection.value;
  return (
    <div class={`prompts${sample === null ? "" : " with-drawer"}`} data-testid="prompts">
      <div class="prompts-page" ref={place} tabIndex={-1}>
        {prompt === null ? <List place={place} /> : <PromptPage />}
      </div>
      <SampleDrawer />
    </div>
  );
}

function List({ place }: { place: RefObject<HTMLElement | null> }): JSX.Element {
  const { data, error, stale, loading } = useAnswer(promptList, promptsParameters());
  const info = run.value;
  const isThere = data !== null;
  useEffect(() => {
    if (isThere) focusLastOpened(place.current);
  }, [isThere, place]);
  const rows = data === null ? [] : promptRows(data);
  return (
    <div class={stale ? "stale" : ""} aria-busy={loading}>
      {error !== null && (
        <ErrorBox title={t("prompts.error")} message={error.message} where={error.question} />
      )}
      {data === null && error !== null && (
        <section class="tools" aria-label={t("prompts.toolbar")}>
          <ByChoice by="" />
        </section>
      )}
      {data === null && error === null && <p class="muted">{t("prompts.loading")}</p>}
      {data !== null && (
        <>
          <Toolbar data={data} />
          <StillReading runs={info === null ? [] : [info]} isPart={!data.is_complete} />
          {data.counts["all"] !== 0 && <PassCurves />}
          <Kinds data={data} />
          {rows.length > 0 && <PromptTable rows={rows} hasKinds={data.by !== ""} />}
          {rows.length === 0 && (
            <Empty title={t(data.counts["all"] === 0 ? "prompts.none" : "prompts.none_listed")}>
              <p>{t(data.counts["all"] === 0 ? "prompts.none.advice" : "prompts.none_listed.advice")}</p>
              {data.counts["all"] === 0 && (
                <pre>
                  {'{"step": 1, "prompt": "…", "response": "…", "reward": 1.0, "data_source": "gsm8k"}'}
                </pre>
              )}
            </Empty>
          )}
          <Paging total={data.total} />
        </>
      )}
    </div>
  );
}
