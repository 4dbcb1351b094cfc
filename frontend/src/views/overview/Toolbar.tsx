import type { JSX } from "preact";
import { BANDS } from "../../charts/curves/spreadBand";
import { t } from "../../i18n";
import { formatNumber } from "../../lib/format";
import { selected } from "../../state/selection";
import { Button, Popover, Select, Slider, Toggle } from "../../ui";
import { ChartPicker } from "./catalogue/ChartPicker";
import type { ChartsOnOffer } from "./catalogue/chartChoices";
import { OverlayBar, SplitBar } from "./overlay/lazy";
import type { Overlay } from "./overlay/overlaidLines";
import type { ValueCurves } from "./overlay/useValues";
import { bandMode, bandScale, CHART_SIZES, chartSize, fromZero, smoothing } from "./shared/settings";

export interface ToolbarProps extends ChartsOnOffer {
  /** The runs that lie over the curves, with their numbers. */
  readonly overlays: readonly Overlay[];
  readonly values: ValueCurves;
  readonly onJump: () => void;
}

/** The overview's toolbar: how the curves are drawn, which charts and runs there are, and a jump to the selected step. */
export function Toolbar(props: ToolbarProps): JSX.Element {
  return (
    <section class="overview-toolbar" aria-label={t("overview.toolbar")}>
      <Popover
        trigger={t("overview.curve_settings")}
        label={t("overview.toolbar")}
        align="start"
        testId="drawing"
      >
        <DrawingControls />
      </Popover>
      <span class="muted overview-drawn">{drawnWords()}</span>
      <OverlayBar overlays={props.overlays} />
      <SplitBar values={props.values} />
      <span class="overview-gap" />
      <Jump onJump={props.onJump} />
      <ChartPicker {...props} />
    </section>
  );
}

function Jump({ onJump }: { onJump: () => void }) {
  const step = selected.step.value;
  if (step === null) return null;
  return (
    <Button quiet onClick={onJump} hint={t("overview.go_to_step.hint")} testId="jump">
      {t("overview.go_to_step", { step })} ↓
    </Button>
  );
}

/** What is not as it was logged must be read without opening anything: bands, smoothing, a shift to 0. */
function drawnWords(): string {
  const isStd = bandMode.value === "std";
  const scale = formatNumber(bandScale.value);
  return [
    bandMode.value === "none"
      ? ""
      : t("overview.curve_settings.band", {
          band: isStd ? t("overview.band.scale.value", { scale }) : t(`overview.band.${bandMode.value}`),
        }),
    smoothing.value > 0 ? t("overview.curve_settings.smoothing", { weight: smoothing.value.toFixed(2) }) : "",
    fromZero.value ? t("overview.curve_settings.from_zero") : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function DrawingControls() {
  return (
    <div class="overview-look">
      <Select
        value={bandMode.value}
        label={t("overview.band")}
        labelShown
        options={BANDS.map((value) => ({ value, label: t(`overview.band.${value}`) }))}
        onChange={(value) => {
          bandMode.value = value;
        }}
        testId="band"
      />
      {bandMode.value === "std" && (
        <div class="overview-slider">
          <Slider
            value={bandScale.value}
            min={0}
            max={3}
            step={0.25}
            label={t("overview.band.scale")}
            text={t("overview.band.scale.value", { scale: formatNumber(bandScale.value) })}
            onInput={(value) => {
              bandScale.value = value;
            }}
            testId="band-scale"
          />
          <span class="number">
            {t("overview.band.scale.value", { scale: formatNumber(bandScale.value) })}
          </span>
        </div>
      )}
      <div class="overview-slider">
        <Slider
          value={smoothing.value}
          min={0}
          max={0.99}
          step={0.01}
          label={t("overview.smoothing")}
          labelShown
          onInput={(value) => {
            smoothing.value = value;
          }}
          testId="smoothing"
        />
        <span class="number">{smoothing.value.toFixed(2)}</span>
      </div>
      <Toggle
        on={fromZero.value}
        label={t("overview.from_zero")}
        hint={t("overview.from_zero.hint")}
        onChange={(on) => {
          fromZero.value = on;
        }}
        testId="from-zero"
      />
      <Select
        value={chartSize.value}
        label={t("overview.size")}
        labelShown
        options={CHART_SIZES.map((value) => ({ value, label: t(`overview.size.${value}`) }))}
        onChange={(value) => {
          chartSize.value = value;
        }}
      />
    </div>
  );
}
