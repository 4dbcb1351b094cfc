/** The English words of this view, which are read with it. */

import { addEnglish } from "../../i18n";
import { runsView } from "../../i18n/en/runs/view";

addEnglish(runsView);
