import type { JSX } from "preact";
import type { Scope } from "../../../api/parameters";
import { wholeGroup } from "../../../data/questions/groups";
import { sampleScopeOf } from "../../../data/scopes";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { ErrorBox } from "../../../ui";
import { type ChosenGroup, groupParameters } from "../chosenGroup";
import { type Progress, progressOf, useShownMembers } from "./shownMembers";
import { WholeGroup } from "./WholeGroup";

export interface GroupDetailsProps {
  row: ChosenGroup;
  /** What the list was asked with that names the group; null where the address does. */
  listed: Scope | null;
  list: Progress;
}

/** One group: its prompt, what tells its good members from its bad ones, and its members beside each other. */
export function GroupDetails({ row, listed, list }: GroupDetailsProps): JSX.Element {
  const answer = useAnswer(wholeGroup, groupParameters(row, listed));
  const group = answer.data;
  useShownMembers(row, list === "shown" ? progressOf(answer) : list);
  return (
    <section
      class={`group-details${answer.stale ? " stale" : ""}`}
      data-testid="group"
      data-group={answer.stale ? "" : String(group?.facts["group"] ?? "")}
      aria-label={t("groups.group")}
      aria-busy={answer.loading}
    >
      {answer.error !== null && (
        <ErrorBox
          title={t("groups.group.error")}
          message={answer.error.message}
          where={answer.error.question}
        />
      )}
      <section
        class="group-title"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a place that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={t("groups.prompt")}
      >
        <h2>{group === null || answer.stale ? row.prompt : group.prompt}</h2>
      </section>
      {group !== null && answer.parameters !== null && (
        <WholeGroup group={group} scope={sampleScopeOf(answer.parameters)} />
      )}
    </section>
  );
}
