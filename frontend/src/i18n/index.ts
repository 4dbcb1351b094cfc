/** Words of the page in the language that the reader chose. */

export { LANGUAGES, type Language, language, setLanguage } from "./language";
export { changeLanguage, loadWords } from "./loading";
export { addEnglish, findMessage, type MessageKey, type Slots, t, translate } from "./messages";
export { type MetricWords, metricInChinese } from "./metricNames";
