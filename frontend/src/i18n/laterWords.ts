/** Imported by each part of the page that is read later, for its words; the first view does without. */

import { later } from "./en/later";
import { addEnglish } from "./messages";

addEnglish(later);
