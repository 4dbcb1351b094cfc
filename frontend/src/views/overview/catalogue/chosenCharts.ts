/** Which charts are on: those that open by themselves, less those switched off, and those that were added. */

import { addedChartIds, hiddenCharts } from "../shared/settings";

const without = (ids: readonly string[], id: string): string[] => ids.filter((other) => other !== id);

/** @param opens Whether the chart opens by itself for what the log holds. */
export const isChartOn = (id: string, opens: boolean): boolean =>
  opens ? !hiddenCharts.value.includes(id) : addedChartIds.value.includes(id);

/** Switches a chart on or off for good, also where what opens by itself changes later. */
export function switchChart(id: string, on: boolean): void {
  hiddenCharts.value = on ? without(hiddenCharts.value, id) : [...without(hiddenCharts.value, id), id];
  addedChartIds.value = on ? [...without(addedChartIds.value, id), id] : without(addedChartIds.value, id);
}

/** Forgets every choice: the charts follow the log again. */
export function chooseNoCharts(): void {
  hiddenCharts.value = [];
  addedChartIds.value = [];
}
