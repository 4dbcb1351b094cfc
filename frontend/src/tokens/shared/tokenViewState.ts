/**
 * What the token views of one sample share: the metric, its scale and colours, the token under the pointer or focus.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { robustScale, type Scale } from "../../lib/colourScale";
import type { PaletteName } from "../../lib/heatmapColours";
import { isBoolean, storedSignal } from "../../lib/storage";
import { colourCodes } from "./colourCodes";
import { extremePositions, nextPosition } from "./extremeTokens";
import { chosenMetric } from "./metricOptions";
import { countedValues, onlyValue, type TokenData, type TokenMetric, unitSpan } from "./responseTokens";

/** Whether probabilities are coloured by their logarithm. */
export const logarithmic = storedSignal("tokens.log", false, isBoolean);

/** Scales that stay the same across samples and steps, by `scaleKey`. */
export const lockedScales = signal<Readonly<Record<string, Scale>>>({});

/** One for each open sample; text, strip, matrix and chart follow its signals. */
export class TokenViewState {
  readonly metric: ReadonlySignal<TokenMetric | null>;
  /** The metric that was asked for, where this sample does not have it and another one stands in. */
  readonly absent: ReadonlySignal<string | null>;
  readonly scale: ReadonlySignal<Scale | null>;
  readonly codes: ReadonlySignal<Uint8Array>;
  readonly palette: ReadonlySignal<PaletteName>;
  /** Positions of the current metric's extreme tokens. */
  readonly extremes: ReadonlySignal<readonly number[]>;
  /** The token under the pointer, and the one chosen by key or click. */
  readonly hovered = signal<number | null>(null);
  readonly focused = signal<number | null>(null);
  readonly current = computed(() => this.hovered.value ?? this.focused.value);
  /** How the focused token was chosen: where by key, the text's element takes the focus of the page, too. */
  byKey = false;

  readonly #robust = new Map<string, Scale | null>();

  /**
   * @param preferred name of the metric to colour by, "" for the view's choice.
   * @param among the response is one of several that are coloured on the scale of all of them.
   */
  constructor(
    readonly data: TokenData,
    preferred: ReadonlySignal<string>,
    readonly among: TokenViewState | null = null,
  ) {
    this.metric = computed(() => chosenMetric(data.metrics, preferred.value));
    this.absent = computed(() => {
      const name = preferred.value;
      return name === "" || name === this.metric.value?.name ? null : name;
    });
    this.scale = computed(() => (this.metric.value === null ? null : this.scaleOf(this.metric.value)));
    this.palette = computed(() => this.scale.value?.palette ?? "ramp");
    this.codes = computed(() => colourCodes(data, this.metric.value?.name ?? "", this.scale.value));
    this.extremes = computed(() => {
      const metric = this.metric.value;
      return metric === null ? [] : extremePositions(data, metric.name, metric.kind);
    });
  }

  /** A metric's scale: the locked one, else this sample's own. */
  scaleOf(metric: TokenMetric): Scale | null {
    return lockedScales.value[scaleKey(metric)] ?? (this.among ?? this).ownScale(metric);
  }

  ownScale(metric: TokenMetric): Scale | null {
    const key = scaleKey(metric);
    let scale = this.#robust.get(key);
    if (scale === undefined) {
      // One number everywhere would paint everything alike; a held scale still tells samples apart by it.
      const isSame = onlyValue(this.data, metric.name) !== null && this.data.shown.length > 1;
      scale = isSame
        ? null
        : robustScale(countedValues(this.data, metric.name), metric.kind, isLogarithmic(metric));
      this.#robust.set(key, scale);
    }
    return scale;
  }

  /** Moves the focus by units of text, staying inside; the first press takes the first token. */
  move(by: number, takeFocus = true): void {
    const { units } = this.data;
    const from = this.focused.peek();
    const unit = Math.min(units.count - 1, Math.max(0, (from === null ? -1 : (units.of[from] ?? 0)) + by));
    if (units.count > 0) this.focus(units.start[unit] ?? 0, takeFocus);
  }

  /** Goes to the next (`1`) or previous (`-1`) extreme token. False where there is none. */
  toExtreme(direction: 1 | -1): boolean {
    const from = this.focused.peek();
    // Of the tokens of one character only the first can hold the focus: count from the far end of it.
    const [first, after] = from === null ? [null, null] : unitSpan(this.data.units, from);
    const next = nextPosition(
      this.extremes.peek(),
      direction === 1 && after !== null ? after - 1 : first,
      direction,
    );
    if (next === null) return false;
    this.focus(next, true);
    return true;
  }

  focus(i: number | null, byKey: boolean): void {
    this.byKey = byKey;
    this.hovered.value = null;
    this.focused.value = i;
  }
}

/** Whether the metric is coloured by its logarithm. */
function isLogarithmic(metric: TokenMetric): boolean {
  return metric.kind === "probability" && logarithmic.value;
}

/** The key of a metric's locked scale; a metric that can be logarithmic has two. */
export function scaleKey(metric: TokenMetric): string {
  return isLogarithmic(metric) ? `${metric.name} log` : metric.name;
}

/** Locks this scale for the metric, or unlocks the one that is locked. */
export function toggleLock(metric: TokenMetric, scale: Scale): void {
  const key = scaleKey(metric);
  const { [key]: locked, ...others } = lockedScales.peek();
  lockedScales.value = locked === undefined ? { ...others, [key]: scale } : others;
}
