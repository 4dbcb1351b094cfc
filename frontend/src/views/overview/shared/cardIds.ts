/** What a card is called: its chart's id without the kind of its metric. */
export const cardName = (chart: string): string => chart.replace(/^(metric|step|scalar):/, "");

/** The id of a card's element, by which other parts of the view lead to it. */
export const cardElementId = (chart: string): string => `card-${cardName(chart)}`;
