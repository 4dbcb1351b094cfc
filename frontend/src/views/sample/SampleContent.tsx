import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Scope } from "../../api/parameters";
import type { SampleWithTokens } from "../../data/questions/sample";
import { t, translate } from "../../i18n";
import { select, selected, selection } from "../../state/selection";
import type { TokenViewState } from "../../tokens/shared/tokenViewState";
import { TokenArea } from "../../tokens/TokenArea";
import { Button, CopyButton } from "../../ui";
import { DrawnInSight } from "../../ui/sight/DrawnInSight";
import { ComparedResponse } from "./compare/ComparedResponse";
import { CompareWith } from "./compare/CompareWith";
import { counterpartOf } from "./compare/counterparts";
import { Conversation } from "./conversation/Conversation";
import { type ReadingMode, showsResponse } from "./conversation/readingMode";
import { PromptLinks } from "./PromptLinks";
import { SampleProblems, SampleSource } from "./SampleSource";
import { ScalarsPanel } from "./scalars/ScalarsPanel";
import { ReferenceResponse, referenceBeside } from "./texts/ReferenceResponse";
import { OtherTexts, PlainResponse, Prompt } from "./texts/SampleTexts";
import { RestOfText, TextBesideTokens, tokensAgainstText } from "./texts/TextBesideTokens";

export interface SampleContentProps {
  loaded: SampleWithTokens;
  /** The run and text rules that the sample is of. */
  scope: Scope;
  viewState: TokenViewState | null;
  mode: ReadingMode;
  stale: boolean;
}

/** The scrolling part of the drawer: conversation or prompt and response, reference, links, scalars, source. */
export function SampleContent({
  loaded: { sample, tokenMetrics },
  scope,
  viewState,
  mode,
  stale,
}: SampleContentProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const reference = <ReferenceResponse sample={sample} />;
  // Writing it lays the page out: only where the sample before was scrolled.
  const scrolled = useRef(false);
  useLayoutEffect(() => {
    if (scroller.current !== null && scrolled.current && selection.peek().token === null)
      scroller.current.scrollTop = 0;
  }, [sample.id]);
  const [raw, setRaw] = useState(false);
  const response = sample.texts["response"];
  const unsaid = tokensAgainstText(sample);
  // Where the text stands above the tokens, a second one in their place would say it twice.
  const swapped = unsaid.standsApart ? undefined : response;
  const compared = counterpartOf(sample, selected.diff_with.value);
  const pin = (i: number | null): void => select({ token: i });
  return (
    <section
      ref={scroller}
      class={`drawer-content${stale ? " stale" : ""}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a place that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={t("sample.content")}
      onScroll={({ currentTarget }) => {
        scrolled.current = currentTarget.scrollTop > 0;
      }}
    >
      <SampleProblems sample={sample} />
      {mode === "conversation" ? (
        <Conversation key={`conversation ${sample.id}`} sample={sample} />
      ) : (
        <Prompt key={`prompt ${sample.id}`} sample={sample} />
      )}
      {!Array.isArray(tokenMetrics) && (
        <p class="odd">{t("sample.token_metrics.error", { message: translate(tokenMetrics.message) })}</p>
      )}
      {viewState !== null && showsResponse(sample, mode) && compared === null && (
        <TextBesideTokens key={`ids ${sample.id}`} sample={sample} unsaid={unsaid} />
      )}
      {(viewState === null || !showsResponse(sample, mode)) && compared === null && (
        <CompareWith sample={sample} />
      )}
      {compared !== null ? (
        <ComparedResponse
          sample={sample}
          scope={scope}
          counterpart={compared}
          metric={viewState?.metric.value?.name ?? ""}
        />
      ) : !showsResponse(sample, mode) ? (
        <div class="answers">{reference}</div>
      ) : viewState === null ? (
        <div class="answers">
          <PlainResponse sample={sample} reason={t("sample.no_tokens")} />
          {reference}
        </div>
      ) : (
        <TokenArea
          viewState={viewState}
          scroller={scroller}
          pinned={selected.token.value}
          onPin={pin}
          beside={referenceBeside.value}
          onMetric={(metric) => select({ metric })}
          areIds={unsaid.areIds}
          title={t(unsaid.areIds ? "sample.response.ids" : "sample.response")}
          tools={
            <>
              {swapped !== undefined && <ResponseTools text={swapped} raw={raw} onRaw={setRaw} />}
              <CompareWith sample={sample} />
            </>
          }
          instead={raw && swapped !== undefined ? <p class="text">{swapped.raw}</p> : null}
          rest={<RestOfText key={`rest ${sample.id}`} part={unsaid.part} />}
        >
          {reference}
        </TokenArea>
      )}
      <DrawnInSight class="drawer-further">
        {() => (
          <>
            <OtherTexts key={`texts ${sample.id}`} sample={sample} />
            <PromptLinks sample={sample} />
            <ScalarsPanel scalars={sample.scalars} onToken={pin} />
            <SampleSource sample={sample} />
          </>
        )}
      </DrawnInSight>
    </section>
  );
}

interface ResponseToolsProps {
  text: { raw: string; shown: string };
  raw: boolean;
  onRaw: (raw: boolean) => void;
}

function ResponseTools({ text, raw, onRaw }: ResponseToolsProps): JSX.Element {
  return (
    <>
      <Button quiet pressed={raw} hint={t("sample.text.raw.hint")} onClick={() => onRaw(!raw)}>
        {t("sample.text.raw")}
      </Button>
      <CopyButton text={() => (raw ? text.raw : text.shown)} label={t("sample.text.copy")} />
    </>
  );
}
