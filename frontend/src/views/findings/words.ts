/** The English words of the list, which are read with it. */

import { addEnglish } from "../../i18n";
import { findingsList } from "../../i18n/en/findings/list";

addEnglish(findingsList);
