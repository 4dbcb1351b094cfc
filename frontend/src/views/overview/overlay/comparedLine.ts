import type { ChartSource, LineSource } from "../catalogue/chartCatalogue";
import { cardName } from "../shared/cardIds";
import { lookOf } from "../shared/looks";

/** What other runs and kinds of samples show in a chart: the line that the reader chose, else its main one, the last. */
export function comparedLine({ id, lines }: ChartSource): LineSource | undefined {
  const chosen = lookOf(cardName(id)).line;
  return lines.find(({ name }) => name === chosen) ?? lines.at(-1);
}
