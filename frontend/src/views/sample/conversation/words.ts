/** The English words of conversations, which are read with them: the first view has none. */

import { addEnglish } from "../../../i18n";
import { conversation } from "../../../i18n/en/conversation";

addEnglish(conversation);
