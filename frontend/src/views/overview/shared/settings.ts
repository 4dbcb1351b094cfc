import type { Signal } from "@preact/signals";
import { BANDS, type BandMode } from "../../../charts/curves/spreadBand";
import { MARK_CAPS, MARK_ORDERS, type MarkOrder } from "../../../charts/samples/sampleMarks";
import { isBoolean, isNumber, isOneOf, isStrings, setting } from "../../../lib/storage";
import { KL_METRICS, type KlMetric } from "../curves/chartCatalogue";

// What the user chose about the look of this view, remembered between visits.

const between =
  (low: number, high: number) =>
  (value: unknown): value is number =>
    isNumber(value) && value >= low && value <= high;

export const band: Signal<BandMode> = setting("overview.band", "std", isOneOf(...BANDS));
export const bandScale: Signal<number> = setting("overview.band_scale", 1, between(0, 3));
export const smoothing: Signal<number> = setting("overview.smoothing", 0, between(0, 0.99));
export const fromZero: Signal<boolean> = setting("overview.from_zero", false, isBoolean);
export const klMetric: Signal<KlMetric> = setting("overview.kl", "k3_mean", isOneOf(...KL_METRICS));

/** Built-in charts that were switched off, and charts of further metrics and scalars that were added. */
export const hiddenCharts: Signal<string[]> = setting("overview.hidden", [], isStrings);
export const addedIds: Signal<string[]> = setting("overview.added", [], isStrings);

export const CHART_SIZES = ["small", "large"] as const;
export type ChartSize = (typeof CHART_SIZES)[number];
export const chartSize: Signal<ChartSize> = setting("overview.size", "small", isOneOf(...CHART_SIZES));

export const markCap: Signal<number> = setting("overview.mark_cap", 2000, (value): value is number =>
  MARK_CAPS.some((cap) => cap === value),
);
export const markOrder: Signal<MarkOrder> = setting("overview.mark_order", "logged", isOneOf(...MARK_ORDERS));
export const shapes: Signal<"both" | "bars" | "curve"> = setting(
  "overview.shapes",
  "both",
  isOneOf("both", "bars", "curve"),
);
export const spanAll: Signal<"all" | "p01_p99"> = setting("overview.span", "all", isOneOf("all", "p01_p99"));

export function toggleIn(list: Signal<string[]>, id: string, present: boolean): void {
  const others = list.value.filter((one) => one !== id);
  list.value = present ? [...others, id] : others;
}
