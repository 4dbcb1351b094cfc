/** The English words of the panels, which are read with them. */

import { addEnglish } from "../../../i18n";
import { overviewPanels } from "../../../i18n/en/overview/panels";

addEnglish(overviewPanels);
