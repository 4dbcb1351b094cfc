/** The groups of a step or a range of steps, one of them whole, and the tokens of its members. */

import type { Group, GroupParameters, Groups, GroupsParameters } from "../../api/groups";
import * as route from "../../api/groupsRoute";
import type { Scope } from "../../api/parameters";
import { Question } from "../question";
import { loadSample, type SampleWithTokens } from "./sample";
import { STEP_OPTIONS } from "./stepOptions";

export const groupList = new Question<GroupsParameters, Groups>({
  name: "groups",
  place: "groups",
  ...STEP_OPTIONS,
  load: route.groups,
});

/** The same of all steps, for the lines of the values that groups are told apart by. */
export const groupLines = new Question<GroupsParameters, Groups>({
  name: "lines of groups",
  place: "lines of groups",
  cacheSize: 4,
  load: route.groups,
});

export const wholeGroup = new Question<GroupParameters, Group>({
  name: "group",
  place: "group",
  ...STEP_OPTIONS,
  load: route.group,
});

export interface MembersParameters extends Scope {
  ids: readonly string[];
}

/** The members in their order; null where one cannot be read. */
export const groupMembers = new Question<MembersParameters, readonly (SampleWithTokens | null)[]>({
  name: "members",
  // Sixteen responses of 16,384 tokens hold 16 MB of numbers: that group, the one before and the one after.
  cacheSize: 3,
  load: ({ ids, ...scope }) =>
    Promise.all(ids.map((id) => loadSample({ ...scope, id }).catch((): null => null))),
});
