import type uPlot from "uplot";
import type { TokenViewState } from "../shared/tokenViewState";

const MOVES: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };
/** How much of what is shown is shown after the key. */
const ZOOMS: Readonly<Record<string, number>> = { "+": 0.5, "=": 0.5, "-": 2 };

/** What a drag and a click do, by key: + and − zoom around the chosen token, arrows go along the tokens. */
export function onPlotKey(event: KeyboardEvent, plot: uPlot | null, viewState: TokenViewState): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const [by, factor] = [MOVES[event.key], ZOOMS[event.key]];
  if (by !== undefined) viewState.move(by, false);
  else if (factor !== undefined && plot !== null) {
    const { min = 0, max = 0 } = plot.scales["x"] ?? {};
    const last = viewState.data.shown.length - 1;
    const [from, to] = zoomed([min ?? 0, max ?? last], factor, viewState.focused.peek(), last);
    plot.setScale("x", { min: from, max: to });
  } else return;
  event.preventDefault();
  // Elsewhere the arrows walk the steps.
  event.stopPropagation();
}

/** Fewer positions than this are not zoomed to. */
const MIN_POSITIONS = 4;

/** The positions that are shown after a zoom: the token stays where it is, and nothing beyond the ends is shown. */
export function zoomed(
  [from, to]: readonly [number, number],
  factor: number,
  token: number | null,
  last: number,
): [number, number] {
  const at = token !== null && token >= from && token <= to ? token : (from + to) / 2;
  const width = Math.min(last, Math.max(Math.min(MIN_POSITIONS, last), (to - from) * factor));
  const share = to > from ? (at - from) / (to - from) : 0.5;
  const start = Math.min(last - width, Math.max(0, at - share * width));
  return [start, start + width];
}
