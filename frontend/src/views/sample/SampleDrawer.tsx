import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { sampleWithTokens } from "../../data/questions/sample";
import { sampleNeighbours } from "../../data/sampleWalk";
import { sampleScope, sampleScopeOf } from "../../data/scopes";
import { useAnswer, usePrefetch } from "../../data/useAnswer";
import { t } from "../../i18n";
import { useKeys } from "../../state/keys";
import { lastWalk } from "../../state/lastWalk";
import { select, selected } from "../../state/selection";
import { restoreFocus, useFocusReturn } from "../../state/viewFocus";
import infoCss from "../../tokens/details.css?inline";
import matrixCss from "../../tokens/matrix/matrix.css?inline";
import { heatmapCss } from "../../tokens/shared/heatmapCss";
import { nextMetric } from "../../tokens/shared/metricOptions";
import type { TokenViewState } from "../../tokens/shared/tokenViewState";
import textCss from "../../tokens/text/text.css?inline";
import { adoptStyles, ErrorBox } from "../../ui";
import { changeStepper } from "./compare/ComparedResponse";
import { counterpartOf } from "./compare/counterparts";
import conversationCss from "./conversation/conversation.css?inline";
import {
  chosenMode,
  hasMessages,
  readingMode,
  setReadingMode,
  showsResponse,
} from "./conversation/readingMode";
import { drawerLayout, drawerWidth } from "./drawerLayout";
import { openGroup } from "./openGroup";
import { ResizeHandle } from "./ResizeHandle";
import { SampleContent } from "./SampleContent";
import { SampleHeader } from "./SampleHeader";
import sampleCss from "./sample.css?inline";
import { TokenPanels } from "./TokenPanels";
import { useFocusWhileOpen } from "./useFocusWhileOpen";
import { useTokenViewState } from "./useTokenViewState";

const HEATMAP_CSS = heatmapCss();

/** Neighbours are fetched once a sample has been open for this long, not while going quickly through the list. */
const PREFETCH_MS = 120;

/** The open sample: its texts, tokens and numbers. Nothing while none is open. */
export function SampleDrawer(): JSX.Element | null {
  const sample = selected.sample.value;
  return sample === null ? null : <OpenSample id={sample} />;
}

function OpenSample({ id }: { id: string }): JSX.Element {
  for (const css of [HEATMAP_CSS, textCss, matrixCss, infoCss, sampleCss, conversationCss]) adoptStyles(css);
  const scope = sampleScope.value;
  const rules = JSON.stringify(scope);
  const answer = useAnswer(sampleWithTokens, { ...scope, id });
  const loaded = answer.data;
  const viewState = useTokenViewState(loaded, rules);
  const root = useRef<HTMLElement>(null);
  const pinned = selected.token.value;

  // Not after the next frame: a key of whoever sees the tokens may have gone to one by then.
  useLayoutEffect(() => viewState?.focus(pinned, false), [viewState, pinned]);
  usePrefetch(sampleWithTokens, loaded !== null && !answer.stale, [loaded], PREFETCH_MS, () => {
    // Along the steps the table fetches the next one's sample.
    if (lastWalk().along === "steps") return [];
    const { previous, next } = sampleNeighbours(loaded?.sample ?? null);
    return [next, previous].map((neighbour) => (neighbour === null ? null : { ...scope, id: neighbour }));
  });
  useFocusWhileOpen(root);
  useFocusReturn(root, "sample");
  // The token that had it may have gone with the sample before: not after the next frame either, or a key goes to nothing.
  useLayoutEffect(restoreFocus, [viewState]);
  const mode =
    loaded === null
      ? "text"
      : readingMode(loaded.sample, chosenMode.value, viewState?.data.metrics.length ?? null, pinned);
  const isCompared = loaded !== null && counterpartOf(loaded.sample, selected.diff_with.value) !== null;
  const tokensShown =
    viewState !== null && loaded !== null && !isCompared && showsResponse(loaded.sample, mode);

  const toExtreme = (direction: 1 | -1): boolean => {
    if (isCompared) return changeStepper.current?.(direction) ?? false;
    if (viewState === null || viewState.data.metrics.length === 0) return false;
    // Only the text shows tokens.
    if (!tokensShown) setReadingMode("text");
    return viewState.toExtreme(direction);
  };
  const close = (): void => select({ sample: null });
  useKeys(
    {
      n: () => toExtreme(1),
      N: () => toExtreme(-1),
      m: () => tokensShown && changeMetric(viewState, 1),
      M: () => tokensShown && changeMetric(viewState, -1),
      g: () => openGroup(loaded?.sample ?? null),
      v: () => {
        if (loaded === null || !hasMessages(loaded.sample)) return false;
        setReadingMode(mode === "text" ? "conversation" : "text");
        return true;
      },
    },
    "sample",
  );

  return (
    <section
      ref={root}
      class="drawer"
      data-testid="drawer"
      data-layout={drawerLayout.value}
      data-id={loaded?.sample.id}
      aria-label={t("sample.drawer")}
      aria-busy={answer.loading}
      style={{ "--drawer": `${drawerWidth.value}%` }}
      tabIndex={-1}
    >
      {drawerLayout.value !== "full" && <ResizeHandle />}
      <SampleHeader
        sample={loaded?.sample ?? null}
        failed={answer.error !== null}
        mode={mode}
        onClose={close}
      />
      {answer.error !== null && (
        <ErrorBox
          title={t("sample.error")}
          message={answer.error.message}
          where={answer.error.question}
          advice={t("sample.error.advice")}
        />
      )}
      {loaded !== null && (
        <SampleContent
          loaded={loaded}
          scope={sampleScopeOf(answer.parameters ?? scope)}
          viewState={viewState}
          mode={mode}
          stale={answer.stale}
        />
      )}
      {tokensShown && <TokenPanels sample={loaded.sample} viewState={viewState} pinned={pinned} />}
    </section>
  );
}

function changeMetric(viewState: TokenViewState, direction: 1 | -1): boolean {
  const current = viewState.metric.peek();
  if (current === null) return false;
  select({ metric: nextMetric(viewState.data.metrics, current.name, direction) });
  return true;
}
