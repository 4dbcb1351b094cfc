import type { JSX } from "preact";
import { BANDS } from "../../charts/curves/spreadBand";
import { t } from "../../i18n";
import { num } from "../../lib/format";
import { select, selection } from "../../state/selection";
import { Button, Select, Slider, Toggle } from "../../ui";
import { ChartPicker } from "./catalogue/ChartPicker";
import type { ChartsOnOffer } from "./catalogue/chartChoices";
import { bandMode, bandScale, CHART_SIZES, chartSize, fromZero, smoothing } from "./shared/settings";

/** The overview's toolbar: how the curves are drawn, which charts there are, and a jump to the selected step. */
export function Toolbar(props: ChartsOnOffer & { readonly onJump: () => void }): JSX.Element {
  const { step, step_min, step_max } = selection.value;
  return (
    <section class="overview-toolbar" aria-label={t("overview.toolbar")}>
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
        <Slider
          value={bandScale.value}
          min={0}
          max={3}
          step={0.25}
          label={t("overview.band.scale")}
          text={t("overview.band.scale.value", { scale: num(bandScale.value) })}
          onInput={(value) => {
            bandScale.value = value;
          }}
          testId="band-scale"
        />
      )}
      {bandMode.value === "std" && (
        <span class="number">{t("overview.band.scale.value", { scale: num(bandScale.value) })}</span>
      )}
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
      <span class="number overview-smoothing">{smoothing.value.toFixed(2)}</span>
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
        options={CHART_SIZES.map((value) => ({ value, label: t(`overview.size.${value}`) }))}
        onChange={(value) => {
          chartSize.value = value;
        }}
      />
      {(step_min !== null || step_max !== null) && (
        <Button
          label={t("overview.range.clear")}
          onClick={() => select({ step_min: null, step_max: null })}
          testId="range-clear"
        >
          {t("overview.range", { from: step_min ?? "…", to: step_max ?? "…" })} ✕
        </Button>
      )}
      <span class="overview-gap" />
      {step !== null && (
        <Button quiet onClick={props.onJump} hint={t("overview.jump.hint")} testId="jump">
          {t("overview.jump", { step })} ↓
        </Button>
      )}
      <ChartPicker {...props} />
    </section>
  );
}
