/** The routes of the groups, apart from the others: no first view waits for them. Only `data/` calls them. */

import { type Groups, type GroupsParameters, groupsDecoder } from "./groups";
import { jsonEndpoint } from "./request";

export const groups = jsonEndpoint<GroupsParameters, Groups>("groups", groupsDecoder);
