/** The English words of findings in the bars, which are read with them: the first view waits for none. */

import { addEnglish } from "../../i18n";
import { findingsInBars } from "../../i18n/en/findings/bars";

addEnglish(findingsInBars);
