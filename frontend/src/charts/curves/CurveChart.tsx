import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { hoveredStep } from "../shared/hoveredStep";
import { CurvePlot } from "./CurvePlot";
import type { PlotState } from "./plotState";

export interface CurveChartProps extends PlotState {
  /** Read aloud: what the chart shows, with smallest, largest and last value. */
  readonly label: string;
  /** Arrow keys: places to go along the steps; ±Infinity is the first or last step. */
  readonly onMove: (delta: number) => void;
}

const MOVES: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Curves over steps with bands: a click selects a step, a drag a range, a double click opens the step. */
export function CurveChart({ label, onMove, ...state }: CurveChartProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<CurvePlot | null>(null);
  const latest = useRef<PlotState>(state);
  latest.current = state;

  // Before the frame, so that the chart is in it.
  useLayoutEffect(() => {
    if (!host.current) return;
    const made = new CurvePlot(host.current, latest.current);
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, []);
  useLayoutEffect(() => plot.current?.update(state));

  const onKeyDown = (event: KeyboardEvent) => {
    const delta = MOVES[event.key];
    const selected = state.selected.peek();
    const isEnter = event.key === "Enter" && selected !== null;
    if ((delta === undefined && !isEnter) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // The same keys walk the steps everywhere; one press must not count twice.
    event.stopPropagation();
    if (delta !== undefined) onMove(delta);
    else if (selected !== null) state[event.shiftKey ? "onOpen" : "onStep"](selected);
  };

  return (
    <div
      ref={host}
      class="chart-curve"
      style={{ height: `${state.height}px` }}
      role="img"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk the steps here, Enter does as the pointer.
      tabIndex={0}
      aria-label={label}
      onKeyDown={onKeyDown}
      onMouseLeave={() => {
        hoveredStep.value = null;
      }}
    />
  );
}
