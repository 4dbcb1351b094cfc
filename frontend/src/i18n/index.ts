/** Words: `t` for sentences, `metricLabel` and `metricHint` for the names of metrics. */

export { has, LANGUAGES, type Language, language, type Slots, speak, t } from "./catalogue";
export { joinHint, marked, metricHint, metricLabel } from "./names";
