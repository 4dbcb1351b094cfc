/** Words: `t` for sentences, `metricLabel` and `metricHint` for the names of metrics. */

export { has, LANGUAGES, type Language, language, type Slots, speak, t } from "./catalogue";
export { marked, metricHint, metricLabel } from "./names";
