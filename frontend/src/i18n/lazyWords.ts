/** Imported by each part of the page that is read later, for its words; the first view does without. */

import { lazy } from "./en/lazy";
import { addEnglish } from "./messages";

addEnglish(lazy);
