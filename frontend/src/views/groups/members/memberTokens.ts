/** The members of a group as coloured tokens on one scale: what they have in common apart from what is their own. */

import { computed } from "@preact/signals";
import type { SampleWithTokens } from "../../../data/questions/sample";
import { followed } from "../../../metrics";
import { selection } from "../../../state/selection";
import { joinedTokens, tokenStretch } from "../../../tokens/shared/tokenStretches";
import { TokenViewState } from "../../../tokens/shared/tokenViewState";
import { tokenData } from "../../sample/tokenData";

/** The chosen metric, else that of the curve that led here. */
const preferredMetric = computed(() => selection.value.metric || (followed.value?.tokenMetric ?? ""));

export interface MemberTokens {
  /** The tokens that all members begin with, and those that follow; null where a member has no tokens. */
  readonly prefix: TokenViewState | null;
  readonly rest: TokenViewState | null;
}

export interface GroupTokens {
  /** All members in one: its scale, its legend and its metrics are those of the group. */
  readonly all: TokenViewState;
  readonly members: readonly MemberTokens[];
}

/**
 * @param loaded the members in the order of the answer; null where one could not be read.
 * @param prefix with how many tokens all of them begin alike.
 */
export function groupTokens(
  loaded: readonly (SampleWithTokens | null)[],
  prefix: number,
): GroupTokens | null {
  const datas = loaded.map((member) => (member === null ? null : tokenData(member)));
  const present = datas.filter((data) => data !== null);
  if (present.length === 0) return null;
  const all = new TokenViewState(joinedTokens(present), preferredMetric);
  const members = datas.map((data): MemberTokens => {
    if (data === null) return { prefix: null, rest: null };
    // A character that is split over tokens stays whole.
    const from = data.units.start[data.units.of[prefix] ?? data.units.count] ?? 0;
    const part = (a: number, b: number) => new TokenViewState(tokenStretch(data, a, b), preferredMetric, all);
    return {
      prefix: from > 0 ? part(0, from) : null,
      rest: from < data.shown.length ? part(from, data.shown.length) : null,
    };
  });
  return { all, members };
}
