/** Words: `t` for sentences, `metricLabel` and `metricHint` for the names of metrics. */

export { joinHint, marked, metricHint, metricLabel } from "../metrics/names";
export { has, LANGUAGES, type Language, language, type Slots, speak, t } from "./catalogue";
