/** The groups of a step or a range of steps. */

import type { Groups, GroupsParameters } from "../../api/groups";
import * as route from "../../api/groupsRoute";
import { Question } from "../question";
import { STEP_OPTIONS } from "./stepOptions";

export const groupList = new Question<GroupsParameters, Groups>({
  name: "groups",
  place: "groups",
  ...STEP_OPTIONS,
  load: route.groups,
});
