import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { language, t } from "../../i18n";
import type { Scale } from "../../lib/colourScale";
import { isBoolean, isStrings, storedSignal } from "../../lib/storage";
import { metricHint, metricLabel } from "../../metrics";
import { CollapsibleSection, Popover, Toggle } from "../../ui";
import { colourCodes } from "../shared/colourCodes";
import { metricOptions } from "../shared/metricOptions";
import type { TokenMetric } from "../shared/responseTokens";
import { tokenEvents } from "../shared/tokenEvents";
import type { TokenViewState } from "../shared/tokenViewState";
import { commonScale } from "./commonScale";
import { MatrixView } from "./MatrixView";
import { matrixFrame } from "./matrixElements";

/** Rows that the user has switched off; a metric met for the first time is on. */
const hiddenRows = storedSignal<string[]>("matrix.hidden", [], isStrings);
const oneScale = storedSignal("matrix.one_scale", false, isBoolean);

export interface TokenMatrixProps {
  viewState: TokenViewState;
  pinned: number | null;
  onPin: (i: number | null) => void;
}

/** The matrix of all metrics of all tokens, in a section that is closed at first. */
export function TokenMatrix(props: TokenMatrixProps): JSX.Element {
  const names = metricOptions(props.viewState.data.metrics).map((choice) => choice.name);
  const metrics = props.viewState.data.metrics.toSorted(
    (a, b) => names.indexOf(a.name) - names.indexOf(b.name),
  );
  return (
    <CollapsibleSection
      id="matrix"
      dock="tokens"
      title={t("sample.matrix.title")}
      testId="matrix"
      tools={<RowChoice metrics={metrics} />}
    >
      <MatrixCells {...props} metrics={metrics.filter((metric) => !hiddenRows.value.includes(metric.name))} />
    </CollapsibleSection>
  );
}

function RowChoice({ metrics }: { metrics: readonly TokenMetric[] }): JSX.Element {
  return (
    <>
      <Toggle
        on={oneScale.value}
        label={t("sample.matrix.one_scale")}
        hint={t("sample.matrix.one_scale.hint")}
        onChange={(on) => {
          oneScale.value = on;
        }}
      />
      <Popover trigger={t("sample.matrix.rows")} label={t("sample.matrix.rows.hint")} testId="matrix-rows">
        {metrics.map(({ name }) => (
          <div key={name}>
            <Toggle
              on={!hiddenRows.value.includes(name)}
              label={metricLabel(name)}
              hint={metricHint(name)}
              onChange={(on) => {
                const others = hiddenRows.value.filter((hidden) => hidden !== name);
                hiddenRows.value = on ? others : [...others, name];
              }}
            />
          </div>
        ))}
      </Popover>
    </>
  );
}

function MatrixCells({
  viewState,
  pinned,
  onPin,
  metrics,
}: TokenMatrixProps & { metrics: TokenMetric[] }): JSX.Element {
  const root = useRef<HTMLElement>(null);
  const latest = useRef({ pinned, onPin });
  latest.current = { pinned, onPin };
  // The list is a new object at each render, though its content seldom changes.
  const shown = metrics.map((metric) => metric.name).join();
  const rows = useMemo(() => metrics, [viewState, shown]);
  const sharesScale = oneScale.value;
  const pageLanguage = language.value;

  useEffect(() => {
    if (root.current === null) return undefined;
    const labels = rows.map(({ name }) => ({ text: metricLabel(name), hint: metricHint(name) }));
    const frame = matrixFrame(root.current, {
      title: t("sample.matrix.title"),
      scroll: t("sample.matrix.scroll"),
      labels: [{ text: t("sample.matrix.token"), hint: "" }, ...labels],
      tokens: viewState.data.shown.length,
    });
    const view = new MatrixView(frame, viewState.data, tokenEvents(viewState, latest));
    const stops = [
      effect(() => {
        const scale: Scale | null = sharesScale
          ? commonScale(rows.map((metric) => viewState.scaleOf(metric)))
          : null;
        view.show(
          rows.map((metric) => {
            const rowScale = scale ?? viewState.scaleOf(metric);
            return {
              metric: metric.name,
              codes: colourCodes(viewState.data, metric.name, rowScale),
              palette: rowScale?.palette ?? "ramp",
            };
          }),
        );
      }),
      effect(() => {
        const { hovered, focused } = viewState;
        // Scrolling to the token under the pointer would move the table away from it.
        view.focus(hovered.value ?? focused.value, hovered.value === null);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      view.destroy();
    };
  }, [viewState, rows, sharesScale, pageLanguage]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    viewState.move(by, false);
    event.preventDefault();
    event.stopPropagation();
  };

  return <section ref={root} class="matrix" aria-label={t("sample.matrix.title")} onKeyDown={onKeyDown} />;
}
