import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Group } from "../../../api/groups";
import type { Scope } from "../../../api/parameters";
import { diff } from "../../../data/questions/lazy/diff";
import type { SampleWithTokens } from "../../../data/questions/sample";
import { useAnswer } from "../../../data/useAnswer";
import { t } from "../../../i18n";
import { formatNumber } from "../../../lib/format";
import { select } from "../../../state/selection";
import { Diff } from "../../../tokens/diff/Diff";
import type { Unit } from "../../../tokens/diff/stretches";
import { Button, ErrorBox } from "../../../ui";
import { memberStepper } from "./memberChoice";

/** By what texts are compared, as long as the page is open; "" leaves it to the server. */
const chosenUnit = signal<"" | Unit>("");

/** A member of the comparison. */
export interface Side {
  readonly id: string;
  /** Its place in the group, from 0. */
  readonly at: number;
  readonly reward: number | null;
  /** Whether its tokens are there to compare by. */
  readonly hasTokens: boolean;
}

/** The members by their ids; `loaded` has their tokens, as far as these have come. */
export function sidesOf(
  ids: readonly string[],
  { members }: Group,
  loaded: readonly (SampleWithTokens | null)[] | null,
): Side[] {
  return ids.map((id) => {
    const at = members["id"]?.indexOf(id) ?? -1;
    const reward = members["reward"]?.[at];
    const tokens = loaded?.[at]?.sample.response_tokens ?? [];
    return { id, at, reward: typeof reward === "number" ? reward : null, hasTokens: tokens.length > 0 };
  });
}

export interface ComparedMembersProps {
  readonly sides: readonly Side[];
  /** The run and text rules of the group. */
  readonly scope: Scope;
  /** The token metric whose differences colour what is equal; "" for none. */
  readonly metric: string;
}

/** Two members beside each other; with one chosen, what to do next. */
export function ComparedMembers({ sides, scope, metric }: ComparedMembersProps): JSX.Element | null {
  const [left, right] = sides;
  if (left === undefined) return null;
  return (
    <section class="group-diff" data-testid="group-diff" aria-label={t("groups.compared")}>
      {right === undefined ? (
        <p class="muted" role="status">
          {t("groups.compare.second", { i: left.at + 1 })}
        </p>
      ) : (
        <TwoMembers left={left} right={right} scope={scope} metric={metric} />
      )}
    </section>
  );
}

function titleOf({ at, reward }: Side): string {
  return `${t("groups.member", { i: at + 1 })} · ${t("groups.reward")} ${formatNumber(reward)}`;
}

interface TwoMembersProps {
  left: Side;
  right: Side;
  scope: Scope;
  metric: string;
}

function TwoMembers({ left, right, scope: { run, pad }, metric }: TwoMembersProps) {
  const hasTokens = left.hasTokens && right.hasTokens;
  const unit = !hasTokens && chosenUnit.value === "token" ? "" : chosenUnit.value;
  const answer = useAnswer(diff, {
    run,
    id: right.id,
    against_id: left.id,
    unit,
    metric: hasTokens && (unit === "" || unit === "token") ? metric : "",
    ...(pad === undefined ? {} : { pad }),
  });
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.scrollIntoView?.({ block: "nearest" }), [left.id, right.id]);
  useEffect(
    () => () => {
      memberStepper.current = null;
    },
    [],
  );
  const end = (
    <Button quiet testId="group-diff-end" onClick={() => select({ group_diff: "" })}>
      {t("groups.compare.end")}
    </Button>
  );
  return (
    <div ref={place} aria-busy={answer.loading}>
      {answer.error !== null && (
        <ErrorBox
          title={t("groups.compare.error")}
          message={answer.error.message}
          where={answer.error.question}
        />
      )}
      {answer.data === null && answer.error === null && <p class="muted">{t("groups.compare.loading")}</p>}
      {answer.data === null || answer.error !== null ? (
        end
      ) : (
        <Diff
          data={answer.data}
          left={titleOf(left)}
          right={titleOf(right)}
          hasTokens={hasTokens}
          onUnit={(chosen) => {
            chosenUnit.value = chosen;
          }}
          onStepper={(step) => {
            memberStepper.current = step;
          }}
          tools={end}
          stale={answer.stale}
        />
      )}
    </div>
  );
}
