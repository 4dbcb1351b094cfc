import type { ComponentChildren, JSX, RefObject } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Legend } from "./ColourLegend";
import { MetricSelect } from "./MetricSelect";
import type { TokenStage } from "./shared/tokenViewState";
import { Strip } from "./strip/OverviewStrip";
import type { TextView } from "./text/TextView";
import { TokenText } from "./text/TokenText";

/** From this many tokens on a response has an overview strip. */
const LONG = 400;

export interface TokenAreaProps {
  stage: TokenStage;
  scroller: RefObject<HTMLElement | null>;
  pinned: number | null;
  onPin: (i: number | null) => void;
  onMetric: (name: string) => void;
  /** Further controls, and what they may put in place of the coloured text. */
  tools?: ComponentChildren;
  instead?: JSX.Element | null;
  /** What stands beside the response, or below it: the reference's answer. */
  beside: boolean;
  children?: ComponentChildren;
}

/** The response coloured by a metric, with what its colours mean and where in it we are. */
export function TokenArea(props: TokenAreaProps): JSX.Element {
  const { stage, scroller, pinned } = props;
  const [view, setView] = useState<TextView | null>(null);
  return (
    <div class="token-area">
      <div class="token-bar">
        <div class="token-tools">
          <MetricSelect stage={stage} onMetric={props.onMetric} />
          {stage.metric.value === null ? (
            <p class="muted">{t("sample.no_metrics")}</p>
          ) : (
            <Legend stage={stage} />
          )}
          {props.tools}
        </div>
        {stage.data.shown.length >= LONG && <Strip stage={stage} view={view} scroller={scroller} />}
      </div>
      <div class="answers" data-beside={props.beside}>
        {props.instead ?? (
          <TokenText stage={stage} scroller={scroller} pinned={pinned} onPin={props.onPin} onView={setView} />
        )}
        {props.children}
      </div>
    </div>
  );
}
