/** The routes of the groups, apart from the others: no first view waits for them. Only `data/` calls them. */

import {
  type Group,
  type GroupParameters,
  type Groups,
  type GroupsParameters,
  groupDecoder,
  groupsDecoder,
} from "./groups";
import { jsonEndpoint } from "./request";

export const groups = jsonEndpoint<GroupsParameters, Groups>("groups", groupsDecoder);

export const group = jsonEndpoint<GroupParameters, Group>("group", groupDecoder);
