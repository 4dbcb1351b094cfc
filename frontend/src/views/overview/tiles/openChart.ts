import { switchChart } from "../catalogue/chosenCharts";
import { cardElementId } from "../shared/cardIds";

/** Shows a chart, switched on if it was off, and puts the focus on it, so that arrow keys walk its steps. */
export function openChart(id: string): void {
  if (document.getElementById(cardElementId(id)) === null) switchChart(id, true);
  // The card of a chart that was off comes with the next rendering.
  requestAnimationFrame(() => {
    const card = document.getElementById(cardElementId(id));
    card?.scrollIntoView({ block: "nearest" });
    card?.querySelector<HTMLElement>(".chart-curve")?.focus({ preventScroll: true });
  });
}
