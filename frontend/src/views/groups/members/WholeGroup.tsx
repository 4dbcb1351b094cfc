import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Group } from "../../../api/groups";
import type { Scope } from "../../../api/parameters";
import { GROUP_KINDS } from "../../../api/prompts/listWords";
import { groupMembers } from "../../../data/questions/groups";
import { listOrder } from "../../../data/sampleWalk";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { isBoolean, storedSignal } from "../../../lib/storage";
import { select } from "../../../state/selection";
import { ColourLegend } from "../../../tokens/ColourLegend";
import { AbsentMetric, MetricSelect } from "../../../tokens/MetricSelect";
import type { TextSize } from "../../../tokens/text/textPlaces";
import { ComparedMembers, sidesOf } from "./ComparedMembers";
import { Contrast } from "./Contrast";
import { Member } from "./Member";
import { comparedMembers, compareMember } from "./memberChoice";
import { memberFacts } from "./memberFacts";
import { groupTokens } from "./memberTokens";
import { SeenAtSteps } from "./SeenAtSteps";

/** Whether what all members begin with is folded away. */
const folded = storedSignal("groups.folded", true, isBoolean);

export interface WholeGroupProps {
  group: Group;
  /** The run and text rules of the group, which its members are asked for in. */
  scope: Scope;
}

/** What tells the good members of a group from its bad ones, and its members beside each other. */
export function WholeGroup({ group, scope }: WholeGroupProps): JSX.Element {
  const ids = (group.members["id"] ?? []).map(String);
  useMemberWalk(ids);
  const members = useAnswer(groupMembers, { ...scope, ids });
  const loaded = members.stale ? null : members.data;
  const prefix = group.aligned_by === "token" ? group.common_prefix : 0;
  const tokens = useMemo(() => (loaded === null ? null : groupTokens(loaded, prefix)), [loaded, prefix]);
  const step = Number(group.facts["step"]);
  const size = Number(group.facts["size"]);
  const metric = tokens?.all.metric.value?.name ?? "";
  const known = loaded?.find((member) => member !== null)?.sample;
  const compared = comparedMembers(ids);
  // As wide as each other: asked one by one, each would have the page laid out that the one before has changed.
  const room = useRef<TextSize | undefined>(undefined);
  return (
    <>
      {known !== undefined && <SeenAtSteps sample={known} scope={scope} />}
      <p class="muted number" data-testid="group-facts">
        {factWords(group)}
        {group.ground_truth !== null && ` · ${t("groups.answer", { text: group.ground_truth })}`}
      </p>
      <Contrast group={group} />
      {tokens !== null && (
        <div class="token-tools">
          <MetricSelect viewState={tokens.all} onMetric={(name) => select({ metric: name })} />
          <AbsentMetric viewState={tokens.all} />
          {tokens.all.metric.value !== null && <ColourLegend viewState={tokens.all} />}
        </div>
      )}
      {size > ids.length && (
        <p class="muted">{t("groups.shown", { n: ids.length, size, half: Math.ceil(ids.length / 2) })}</p>
      )}
      <ComparedMembers sides={sidesOf(compared, group, loaded)} scope={scope} metric={metric} />
      <ol class="group-members">
        {ids.map((id, at) => (
          <Member
            key={id}
            at={at}
            facts={memberFacts(group, at)}
            loaded={loaded?.[at] ?? null}
            tokens={tokens?.members[at] ?? null}
            metric={metric}
            prefix={{
              units: group.common_prefix,
              by: group.aligned_by,
              characters: group.common_prefix_characters ?? 0,
            }}
            folded={folded.value}
            onFold={() => {
              folded.value = !folded.value;
            }}
            room={room}
            isCompared={compared.includes(id)}
            onCompare={() => compareMember(id, ids)}
            onOpen={(token) => select({ sample: id, step, token, metric }, "push")}
          />
        ))}
      </ol>
    </>
  );
}

/** The members are what ▲, ▼, j and k walk with one of them open. */
function useMemberWalk(ids: readonly string[]): void {
  useEffect(() => {
    listOrder.value = { ids, total: ids.length };
  }, [ids.join()]);
}

/** What the group is, in one line. */
function factWords({ facts }: Group): string {
  const number = (name: string): number | null => {
    const value = facts[name];
    return typeof value === "number" ? value : null;
  };
  const share = number("share");
  const kind = GROUP_KINDS.find((one) => one === facts["kind"]) ?? "gradient";
  const words = {
    key: String(facts["group"]),
    mean: formatNumber(number("reward_mean")),
    std: formatNumber(number("reward_std")),
    members: t("groups.members", { n: formatNumber(number("size")) }),
  };
  return [
    t("groups.group.facts", words),
    ...(kind === "gradient" ? [] : [t("groups.group.no_gradient", { kind: t(`groups.kind.${kind}`) })]),
    ...(share === null || share === 0 ? [] : [t("groups.share", { share: formatNumber(100 * share) })]),
  ].join(" · ");
}
