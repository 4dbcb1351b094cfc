import { signal } from "@preact/signals";
import type { ComponentChildren, JSX, RefObject } from "preact";
import { useMemo } from "preact/hooks";
import { t } from "../i18n";
import { ColourLegend } from "./ColourLegend";
import { AbsentMetric, MetricSelect } from "./MetricSelect";
import type { TokenViewState } from "./shared/tokenViewState";
import { OverviewStrip } from "./strip/OverviewStrip";
import { PromptBand } from "./strip/PromptBand";
import type { TextView } from "./text/TextView";
import { TokenText } from "./text/TokenText";

/** From this many tokens on a response has an overview strip. */
const MIN_STRIP_TOKENS = 400;

export interface TokenAreaProps {
  viewState: TokenViewState;
  scroller: RefObject<HTMLElement | null>;
  pinned: number | null;
  onPin: (i: number | null) => void;
  /** Colours the tokens by another metric. */
  onMetric: (name: string) => void;
  /** What the tokens are, and whether they are ids, which stand apart from each other. */
  title: string;
  areIds: boolean;
  /** Further controls, and what is shown instead of the coloured text. */
  tools?: ComponentChildren;
  instead?: JSX.Element | null;
  /** What follows after the last token. */
  rest?: ComponentChildren;
  /** What stands beside the response, or below it: the reference's answer. */
  beside: boolean;
  children?: ComponentChildren;
}

/** The coloured response with the choice of metric, the legend and the overview strip. */
export function TokenArea(props: TokenAreaProps): JSX.Element {
  const { viewState, scroller, pinned } = props;
  // A signal and no state: another text draws nothing here anew.
  const view = useMemo(() => signal<TextView | null>(null), []);
  return (
    <div class="token-area" data-ids={props.areIds}>
      <div class="token-bar">
        <div class="token-tools">
          <h3>{props.title}</h3>
          <MetricSelect viewState={viewState} onMetric={props.onMetric} />
          <AbsentMetric viewState={viewState} />
          {viewState.metric.value === null ? (
            <p class="muted">{t("sample.no_metrics")}</p>
          ) : (
            <ColourLegend viewState={viewState} />
          )}
          {props.tools}
        </div>
        {viewState.data.shown.length >= MIN_STRIP_TOKENS && (
          <div class="strips">
            {viewState.data.prompt !== null && (
              <PromptBand viewState={viewState} prompt={viewState.data.prompt} />
            )}
            <OverviewStrip viewState={viewState} view={view} scroller={scroller} />
          </div>
        )}
      </div>
      <div class="answers" data-beside={props.beside}>
        {props.instead ?? (
          <div>
            <TokenText
              viewState={viewState}
              scroller={scroller}
              pinned={pinned}
              onPin={props.onPin}
              onView={(made) => {
                view.value = made;
              }}
            />
            {props.rest}
          </div>
        )}
        {props.children}
      </div>
    </div>
  );
}
