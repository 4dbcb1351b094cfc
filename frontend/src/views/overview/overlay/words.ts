/** The English words of the legend, which are read with it. */

import { addEnglish } from "../../../i18n";
import { overlay } from "../../../i18n/en/runs/overlay";

addEnglish(overlay);
