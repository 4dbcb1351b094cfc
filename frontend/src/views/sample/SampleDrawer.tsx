import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type SampleWithTokens, sampleWithTokens } from "../../data/questions/sample";
import { sampleNeighbours } from "../../data/sampleWalk";
import { sampleScope } from "../../data/scopes";
import { useAnswer, usePrefetch } from "../../data/useAnswer";
import { t } from "../../i18n";
import { useKeys } from "../../state/keys";
import { select, selection } from "../../state/selection";
import infoCss from "../../tokens/details.css?inline";
import matrixCss from "../../tokens/matrix/matrix.css?inline";
import { heatmapCss } from "../../tokens/shared/heatmapCss";
import { nextMetric } from "../../tokens/shared/metricOptions";
import { TokenViewState } from "../../tokens/shared/tokenViewState";
import textCss from "../../tokens/text/text.css?inline";
import { adopt, ErrorBox } from "../../ui";
import { setMode } from "./conversation/Conversation";
import conversationCss from "./conversation/conversation.css?inline";
import { hasMessages, modeOf, showsResponse, wishedMode } from "./conversation/readingMode";
import { layout, width } from "./drawerLayout";
import { Handle } from "./ResizeHandle";
import { Content } from "./SampleContent";
import { Head } from "./SampleHeader";
import sampleCss from "./sample.css?inline";
import { Dock } from "./TokenPanels";
import { signature, tokenData } from "./tokenData";

const HEAT = heatmapCss();

const wished = computed(() => selection.value.metric);

/** Neighbours are fetched when the reader stays for this long, not while flying through the list. */
const PREFETCH_MS = 120;

/** The open sample: its texts, tokens and numbers. Nothing while none is open. */
export function SampleDrawer(): JSX.Element | null {
  const { sample } = selection.value;
  return sample === null ? null : <Open id={sample} />;
}

function Open({ id }: { id: string }): JSX.Element {
  for (const css of [HEAT, textCss, matrixCss, infoCss, sampleCss, conversationCss]) adopt(css);
  const scope = sampleScope.value;
  const rules = JSON.stringify(scope);
  const answer = useAnswer(sampleWithTokens, { ...scope, id });
  const loaded = answer.data;
  const viewState = useStage(loaded, rules);
  const root = useRef<HTMLElement>(null);
  const pinned = selection.value.token;

  useEffect(() => viewState?.focus(selection.value.token, false), [viewState, pinned]);
  usePrefetch(sampleWithTokens, loaded !== null && !answer.stale, [loaded], PREFETCH_MS, () => {
    const { previous, next } = sampleNeighbours(loaded?.sample ?? null);
    return [next, previous].map((neighbour) => (neighbour === null ? null : { ...scope, id: neighbour }));
  });
  useFocusWhileOpen(root);
  const mode =
    loaded === null
      ? "text"
      : modeOf(loaded.sample, wishedMode.value, viewState?.data.metrics.length ?? null, pinned);
  const tokensShown = viewState !== null && loaded !== null && showsResponse(loaded.sample, mode);

  const toExtreme = (way: 1 | -1): boolean => {
    if (viewState === null || viewState.data.metrics.length === 0) return false;
    // Tokens are in the text.
    if (!tokensShown) setMode("text");
    return viewState.toExtreme(way);
  };
  const close = (): void => select({ sample: null });
  useKeys(
    {
      n: () => toExtreme(1),
      N: () => toExtreme(-1),
      m: () => tokensShown && changeMetric(viewState, 1),
      M: () => tokensShown && changeMetric(viewState, -1),
      v: () => {
        if (loaded === null || !hasMessages(loaded.sample)) return false;
        setMode(mode === "text" ? "conversation" : "text");
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
      data-layout={layout.value}
      data-id={loaded?.sample.id}
      aria-label={t("sample.drawer")}
      aria-busy={answer.loading}
      style={{ "--drawer": `${width.value}%` }}
      tabIndex={-1}
    >
      {layout.value !== "full" && <Handle />}
      <Head sample={loaded?.sample ?? null} mode={mode} onClose={close} />
      {answer.error !== null && (
        <ErrorBox
          title={t("sample.error")}
          message={answer.error.message}
          where={answer.error.question}
          advice={t("sample.error.advice")}
        />
      )}
      {loaded !== null && <Content loaded={loaded} viewState={viewState} mode={mode} stale={answer.stale} />}
      {tokensShown && <Dock sample={loaded.sample} viewState={viewState} pinned={pinned} />}
    </section>
  );
}

function changeMetric(viewState: TokenViewState, way: 1 | -1): boolean {
  const current = viewState.metric.peek();
  if (current === null) return false;
  select({ metric: nextMetric(viewState.data.metrics, current.name, way) });
  return true;
}

/** The view state of the loaded sample: the same one as long as it is the same sample, whatever was loaded again. */
function useStage(loaded: SampleWithTokens | null, rules: string): TokenViewState | null {
  const kept = useRef<{ signature: string; viewState: TokenViewState | null }>({
    signature: "",
    viewState: null,
  });
  if (loaded === null) return null;
  const now = signature(loaded, rules);
  if (kept.current.signature !== now) {
    const data = tokenData(loaded);
    kept.current = { signature: now, viewState: data === null ? null : new TokenViewState(data, wished) };
  }
  return kept.current.viewState;
}

/** Takes the focus of the page when it opens, so that keys and reading start here, and gives it back. */
function useFocusWhileOpen(root: { current: HTMLElement | null }): void {
  useEffect(() => {
    const before = document.activeElement;
    const drawer = root.current;
    drawer?.focus({ preventScroll: true });
    return () => {
      const now = document.activeElement;
      const elsewhere = now !== null && now !== document.body && !drawer?.contains(now);
      // Where the focus was moved on purpose (a search begun over the drawer), it stays.
      if (!elsewhere && before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    };
  }, [root]);
}
