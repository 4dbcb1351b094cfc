import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { numberOf, type Value } from "../../../api/answers";
import type { SampleWithTokens } from "../../../data/questions/sample";
import { t } from "../../../i18n";
import { formatCount, formatPercent, formatSigned } from "../../../lib/format";
import { placeAfter } from "../../../lib/longText";
import { lineStart } from "../../../lib/singleLine";
import { metricLabel } from "../../../metrics";
import type { TokenViewState } from "../../../tokens/shared/tokenViewState";
import { blockText } from "../../../tokens/text/blockElements";
import { TokenText } from "../../../tokens/text/TokenText";
import type { TextSize } from "../../../tokens/text/textPlaces";
import { Button } from "../../../ui";
import { Fact } from "./Fact";
import type { MemberTokens } from "./memberTokens";

export interface MemberProps {
  /** Its place in the group, from 0. */
  at: number;
  /** Its row of the answer. */
  facts: Readonly<Record<string, Value>>;
  loaded: SampleWithTokens | null;
  tokens: MemberTokens | null;
  metric: string;
  /** How many tokens or words all members begin with, in which unit, and how many characters these are. */
  prefix: { units: number; by: "token" | "word"; characters: number };
  folded: boolean;
  onFold: () => void;
  /** Whether it is one of the two that are compared. */
  isCompared: boolean;
  onCompare: () => void;
  onOpen: (token: number | null) => void;
  /** The room that the text of each member has. */
  room: { current: TextSize | undefined };
}

/** One member: its numbers, what it begins with as all others do, and what is its own. */
export function Member(props: MemberProps): JSX.Element {
  const { at, facts, loaded, tokens, metric, prefix } = props;
  const text = loaded?.sample.texts["response"]?.shown ?? "";
  const parted = placeAfter(text, prefix.characters);
  const begun = tokens?.prefix?.data;
  const start = begun ? blockText(begun, 0, begun.units.count) : text.slice(0, parted);
  const own = text.slice(parted);
  // A member that is all of what the others begin with has nothing of its own.
  const hasOwn = prefix.units === 0 || (tokens?.prefix == null ? own !== "" : tokens.rest !== null);
  const mean = numberOf(loaded?.sample.scalars[`${metric}_mean`]);
  const share = numberOf(facts["share"]);
  const side = facts["side"];
  const alone = numberOf(facts["alone_from"]);
  return (
    <li class="group-member" data-testid="group-member" data-side={side ?? ""} data-id={facts["id"]}>
      <div class="group-head">
        <button type="button" class="group-open" data-testid="member-open" onClick={() => props.onOpen(null)}>
          <span class="muted">{t("groups.member", { i: at + 1 })}</span>
          <Fact label={t("groups.reward")} value={numberOf(facts["reward"])} />
          <Fact label={t("groups.advantage")} value={numberOf(facts["advantage"])} text={formatSigned} />
          <Fact label={t(`groups.n_units.${prefix.by}`)} value={numberOf(facts["units"])} />
          {share !== null && <Fact label={t("groups.share.label")} value={share} text={formatPercent} />}
          {mean !== null && <Fact label={metricLabel(metric)} value={mean} />}
          {alone !== null && alone > prefix.units && (
            <span class="muted">{t(`groups.alone.${prefix.by}`, { at: formatCount(alone + 1) })}</span>
          )}
          {facts["truncated"] === true && <span class="odd">{t("groups.truncated")}</span>}
          {(side === "good" || side === "bad") && <span class="group-side">{t(`groups.side.${side}`)}</span>}
        </button>
        <Button
          quiet
          testId="member-compare"
          hotKey="d"
          pressed={props.isCompared}
          label={t("groups.compare.member", { i: at + 1 })}
          onClick={props.onCompare}
        >
          {t("groups.compare")}
        </Button>
      </div>
      {prefix.units > 0 && (
        <button
          type="button"
          class="group-prefix"
          data-testid="member-prefix"
          aria-expanded={!props.folded}
          onClick={props.onFold}
        >
          {t(`groups.common_prefix.${prefix.by}`, {
            n: formatCount(prefix.units),
            text: lineStart(start, 48),
          })}
        </button>
      )}
      {loaded === null && tokens !== null && <p class="odd">{t("groups.member.unreadable")}</p>}
      {!props.folded &&
        (tokens?.prefix == null ? (
          prefix.units > 0 && <p class="text muted">{start}</p>
        ) : (
          <Tokens
            viewState={tokens.prefix}
            label={t("groups.member.prefix", { i: at + 1 })}
            onOpen={props.onOpen}
            room={props.room}
          />
        ))}
      {hasOwn && (
        <div class={prefix.units > 0 ? "group-own parted" : "group-own"} data-testid="member-own">
          {tokens?.rest == null ? (
            <p
              class="text"
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a place that scrolls must be reachable by keyboard
              tabIndex={0}
            >
              {own}
            </p>
          ) : (
            <Tokens
              viewState={tokens.rest}
              label={t("groups.member.after_prefix", { i: at + 1 })}
              onOpen={(i) => props.onOpen(i === null ? null : i + (tokens.prefix?.data.shown.length ?? 0))}
              room={props.room}
            />
          )}
        </div>
      )}
    </li>
  );
}

interface TokensProps extends Pick<MemberProps, "onOpen" | "room"> {
  viewState: TokenViewState;
  label: string;
}

function Tokens({ viewState, label, onOpen, room }: TokensProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  return (
    <div class="group-text" ref={scroller}>
      <TokenText
        viewState={viewState}
        scroller={scroller}
        pinned={null}
        onPin={onOpen}
        onView={() => undefined}
        label={label}
        room={room}
      />
    </div>
  );
}
