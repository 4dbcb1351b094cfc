import { effect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { language, t } from "../../i18n";
import type { Scale } from "../../lib/colourScale";
import { isBoolean, isStrings, setting } from "../../lib/storage";
import { metricHint, metricLabel } from "../../metrics";
import { Popover, Toggle } from "../../ui";
import { Fold } from "../../ui/CollapsibleSection";
import { codesOf } from "../shared/colourCodes";
import { choices } from "../shared/metricOptions";
import type { TokenMetric } from "../shared/responseTokens";
import type { TokenStage } from "../shared/tokenViewState";
import { eventsOf } from "../text/TokenText";
import { sharedScale } from "./commonScale";
import { MatrixView } from "./MatrixView";
import { matrixFrame } from "./matrixElements";

/** Rows that the user has switched off; a metric met for the first time is on. */
const hiddenRows = setting<string[]>("matrix.hidden", [], isStrings);
const oneScale = setting("matrix.one_scale", false, isBoolean);

export interface MatrixProps {
  stage: TokenStage;
  pinned: number | null;
  onPin: (i: number | null) => void;
}

/** Every number of every token, folded until it is wanted. */
export function Matrix(props: MatrixProps): JSX.Element {
  const names = choices(props.stage.data.metrics).map((choice) => choice.name);
  const metrics = props.stage.data.metrics.toSorted((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
  return (
    <Fold id="matrix" title={t("sample.matrix.title")} testId="matrix" tools={<Rows metrics={metrics} />}>
      <Cells {...props} metrics={metrics.filter((metric) => !hiddenRows.value.includes(metric.name))} />
    </Fold>
  );
}

function Rows({ metrics }: { metrics: readonly TokenMetric[] }): JSX.Element {
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
      <Popover face={t("sample.matrix.rows")} label={t("sample.matrix.rows.hint")} testId="matrix-rows">
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

function Cells({ stage, pinned, onPin, metrics }: MatrixProps & { metrics: TokenMetric[] }): JSX.Element {
  const root = useRef<HTMLElement>(null);
  const latest = useRef({ pinned, onPin });
  latest.current = { pinned, onPin };
  // The list is a new one each time; what is in it seldom is.
  const shown = metrics.map((metric) => metric.name).join();
  const rows = useMemo(() => metrics, [stage, shown]);
  const one = oneScale.value;
  const spoken = language.value;

  useEffect(() => {
    if (root.current === null) return undefined;
    const labels = rows.map(({ name }) => ({ text: metricLabel(name), hint: metricHint(name) }));
    const frame = matrixFrame(root.current, {
      title: t("sample.matrix.title"),
      scroll: t("sample.matrix.scroll"),
      labels: [{ text: t("sample.matrix.token"), hint: "" }, ...labels],
      tokens: stage.data.shown.length,
    });
    const view = new MatrixView(frame, stage.data, eventsOf(stage, latest));
    const stops = [
      effect(() => {
        const scale: Scale | null = one ? sharedScale(rows.map((metric) => stage.scaleOf(metric))) : null;
        view.show(
          rows.map((metric) => {
            const its = scale ?? stage.scaleOf(metric);
            return {
              metric: metric.name,
              codes: codesOf(stage.data, metric.name, its),
              palette: its?.palette ?? "ramp",
            };
          }),
        );
      }),
      effect(() => {
        const { hovered, focused } = stage;
        // The pointer is where it is: moving the table under it would chase it.
        view.focus(hovered.value ?? focused.value, hovered.value === null);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      view.destroy();
    };
  }, [stage, rows, one, spoken]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    stage.move(by, false);
    event.preventDefault();
    event.stopPropagation();
  };

  return <section ref={root} class="matrix" aria-label={t("sample.matrix.title")} onKeyDown={onKeyDown} />;
}
