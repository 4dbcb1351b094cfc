/** What the reader chose about the look of the overview, remembered between visits. */

import type { Signal } from "@preact/signals";
import { BANDS, type BandMode } from "../../../charts/curves/spreadBand";
import { MARK_CAPS, MARK_ORDERS, type MarkOrder } from "../../../charts/samples/sampleMarks";
import { isBoolean, isNumber, isOneOf, isStrings, storedSignal } from "../../../lib/storage";

/** Sample metrics that estimate the KL divergence from the reference. */
export const KL_ESTIMATORS = ["log_ratio_mean", "k2_mean", "k3_mean"] as const;
export type KlEstimator = (typeof KL_ESTIMATORS)[number];

export const isBandMode = isOneOf(...BANDS);
export const isKlEstimator = isOneOf(...KL_ESTIMATORS);

const between =
  (low: number, high: number) =>
  (value: unknown): value is number =>
    isNumber(value) && value >= low && value <= high;

export const isBandScale = between(0, 3);
export const isSmoothing = between(0, 0.99);

/** What the shaded area around a curve shows. */
export const bandMode: Signal<BandMode> = storedSignal("overview.band", "std", isBandMode);
/** The width of the band, in standard deviations. */
export const bandScale: Signal<number> = storedSignal("overview.band_scale", 1, isBandScale);
/** The weight of the moving average. */
export const smoothing: Signal<number> = storedSignal("overview.smoothing", 0, isSmoothing);
/** Whether every curve starts at 0. */
export const fromZero: Signal<boolean> = storedSignal("overview.from_zero", false, isBoolean);
/** The metric of the KL chart. */
export const klEstimator: Signal<KlEstimator> = storedSignal("overview.kl", "k3_mean", isKlEstimator);

/** Charts that were switched off, and those that were switched on; the others follow the log. */
export const hiddenCharts: Signal<string[]> = storedSignal("overview.hidden", [], isStrings);
export const addedChartIds: Signal<string[]> = storedSignal("overview.added", [], isStrings);

/** Sizes of the charts. */
export const CHART_SIZES = ["small", "large"] as const;
export type ChartSize = (typeof CHART_SIZES)[number];
export const chartSize: Signal<ChartSize> = storedSignal("overview.size", "small", isOneOf(...CHART_SIZES));

/** The most samples that a panel draws. */
export const markCap: Signal<number> = storedSignal("overview.mark_cap", 2000, (value): value is number =>
  MARK_CAPS.some((cap) => cap === value),
);
/** The order of the samples in the panel of rewards. */
export const markOrder: Signal<MarkOrder> = storedSignal(
  "overview.mark_order",
  "logged",
  isOneOf(...MARK_ORDERS),
);
/** What the distribution is drawn as. */
export const histogramStyle: Signal<"both" | "bars" | "curve"> = storedSignal(
  "overview.shapes",
  "both",
  isOneOf("both", "bars", "curve"),
);
/** The range of values that the distribution shows. */
export const valueSpan: Signal<"all" | "p01_p99"> = storedSignal(
  "overview.span",
  "all",
  isOneOf("all", "p01_p99"),
);
