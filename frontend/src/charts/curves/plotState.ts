import type { ReadonlySignal } from "@preact/signals";
import type { ValueView } from "../scales/valueRange";
import type { ValueScale } from "../scales/valueScale";
import type { CurveLine } from "./plotColumns";
import type { StepBand } from "./StepBands";

/** What a chart of curves shows; replaced whole whenever something changes. */
export interface PlotState {
  readonly x: readonly number[];
  readonly lines: readonly CurveLine[];
  readonly smoothing: number;
  /** Steps that are shown, first and last; null for all. */
  readonly range: readonly [number, number] | null;
  readonly scale: ValueScale;
  readonly view: ValueView;
  /** Signals: walking the steps moves a line on each chart, and draws none of them again. */
  readonly selected: ReadonlySignal<number | null>;
  readonly pinned: ReadonlySignal<number | null>;
  /** Stretches of steps that are marked. */
  readonly bands: readonly StepBand[];
  readonly height: number;
  /** A point of a line now stands for so many steps; 1 until it is said. */
  readonly onBucket: (steps: number) => void;
  readonly formatX: (value: number) => string;
  readonly onStep: (step: number) => void;
  /** A drag along the steps, from the first to the last one. */
  readonly onRange: (from: number, to: number) => void;
  /** A drag along the values, from the lower to the higher one. */
  readonly onValues: (low: number, high: number) => void;
  /** A double click on a step, or Shift + Enter at the selected one: what weighs most in it is wanted. */
  readonly onOpen: (step: number) => void;
}
