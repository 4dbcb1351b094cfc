/** Words of the page in the language that the reader chose. */

export { has, LANGUAGES, type Language, language, type Slots, speak, t } from "./catalogue";
